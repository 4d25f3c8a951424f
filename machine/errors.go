package machine

import "errors"

// What can go wrong, to be compared by errors.Is. Errors of the store
// ([store.ErrLost] and its like) come through as they are; after one of a commit,
// what was not kept is forgotten, and the machine goes on from what the store
// holds, unless the store is gone for good.
var (
	// ErrClosed is returned by a machine that was closed. One that has lost its
	// store returns what it lost it by, such as [store.ErrStale].
	ErrClosed = errors.New("machine: closed")
	// ErrOwner means that the store is of another user or device.
	ErrOwner = errors.New("machine: the store belongs to another device")
	// ErrHalfMigrated means that a [Migration] into the store was begun and not
	// finished. It has to be begun again.
	ErrHalfMigrated = errors.New("machine: a migration into the store was not finished")
	// ErrBroken means that the store holds the keys of the device, and they cannot be
	// read. Nothing works without them.
	ErrBroken = errors.New("machine: the store holds a broken record")
	// ErrFormat means that what was handed in is not JSON as it is read here, or
	// that something is missing in it or of the wrong type.
	ErrFormat = errors.New("machine: malformed")
	// ErrUnknownRequest is returned for the id of a request that there is not, or
	// not any more. Nothing is lost: what is still to be sent is given out again.
	ErrUnknownRequest = errors.New("machine: no such request")

	// ErrNotEncrypted means that no settings were ever given for a room: see
	// [Machine.SetRoomSettings].
	ErrNotEncrypted = errors.New("machine: the room is not known to be encrypted")
	// ErrAlgorithm means an algorithm that is not known, or other than the one that
	// the room has: encryption cannot be weakened once it is on.
	ErrAlgorithm = errors.New("machine: another algorithm than that of the room")
	// ErrNotShared means that the key of the room has not been sent to all who are
	// to have it, or that this must be looked at again: see [Machine.ShareRoomKey].
	ErrNotShared = errors.New("machine: the room key is not shared yet")
	// ErrUnverified means that the policy forbids to send because of devices that
	// nobody vouches for. See [PolicyError] for which.
	ErrUnverified = errors.New("machine: there are unverified devices in the room")
	// ErrIdentityChanged means that the identity of somebody in the room was
	// verified and is not any more, or that the policy does not allow it to be
	// another one than that which was seen first. See [PolicyError] for whose.
	ErrIdentityChanged = errors.New("machine: an identity has changed")

	// ErrUnknownSession means that the key for an event has not come, or was
	// withheld: see [DecryptError].
	ErrUnknownSession = errors.New("machine: the key for this event has not come")
	// ErrUnknownIndex means that the key came, but only for later events.
	ErrUnknownIndex = errors.New("machine: the key is for later events only")
	// ErrReplay means that another event was decrypted at this index before.
	ErrReplay = errors.New("machine: another event had this index")
	// ErrMismatchedSender means that the event is not from the owner of its session
	// or, over Olm, that sender, recipient or keys are not what they should be.
	ErrMismatchedSender = errors.New("machine: not from the owner of the session")
	// ErrWrongRoom means that the event was encrypted for another room.
	ErrWrongRoom = errors.New("machine: encrypted for another room")
	// ErrUndecryptable means that the event is not what its sender encrypted.
	ErrUndecryptable = errors.New("machine: altered, or never encrypted with this key")

	// ErrTooManyRequests means that very many room keys were asked for, and have not
	// come.
	ErrTooManyRequests = errors.New("machine: too many room keys are asked for")
	// ErrUnknownUser means that nothing is known of a user's identity.
	ErrUnknownUser = errors.New("machine: the user has no known identity")
	// ErrUnknownDevice means that a user has no such device, as far as is known.
	ErrUnknownDevice = errors.New("machine: no such device")
	// ErrNoIdentity means that the private cross-signing keys are not here.
	ErrNoIdentity = errors.New("machine: the private cross-signing keys are not here")
	// ErrIdentityExists means that the user has cross-signing keys already, which
	// are not to be replaced without being asked for.
	ErrIdentityExists = errors.New("machine: the user has cross-signing keys already")
	// ErrOutdated means that the homeserver has to be asked first which keys the own user
	// has: send the outgoing requests.
	ErrOutdated = errors.New("machine: the own keys must be asked for first")
	// ErrMismatchedKeys means that private keys do not belong to the public ones.
	ErrMismatchedKeys = errors.New("machine: the keys do not belong to each other")
)

// DecryptError is why an event could not be decrypted. It wraps one of the errors
// from ErrUnknownSession to ErrUndecryptable, ErrFormat or ErrAlgorithm.
type DecryptError struct {
	Err       error
	RoomID    string
	SessionID string
	Withheld  *Withheld // why the key was not sent, if the sender said so
}

// Error returns the text of the error it wraps.
func (e *DecryptError) Error() string { return e.Err.Error() }

// Unwrap returns what is to be compared by errors.Is.
func (e *DecryptError) Unwrap() error { return e.Err }

// PolicyError is why a room key is not shared. It wraps [ErrUnverified] or
// [ErrIdentityChanged].
type PolicyError struct {
	Err     error
	Devices []DeviceRef // that nobody vouches for
	Users   []string    // whose identity has changed
}

// Error returns the text of the error it wraps.
func (e *PolicyError) Error() string { return e.Err.Error() }

// Unwrap returns what is to be compared by errors.Is.
func (e *PolicyError) Unwrap() error { return e.Err }
