package homeserver

import (
	"maps"
	"slices"
)

// keyChange is a change of a user's devices or identity.
type keyChange struct {
	position int
	userID   string
	observer string // who alone is to know, if not empty
}

func (s *Server) keysChanged(userID, observer string) {
	s.position++
	s.keyChanges = append(s.keyChanges, keyChange{s.position, userID, observer})
}

// deviceLists says whose keys a user should query: of those who have changed them
// since a position, or who share an encrypted room since then; and of whom there is
// no need to know any more.
func (s *Server) deviceLists(userID string, since int) map[string][]string {
	were, are := s.sharers(userID, since), s.sharers(userID, s.position)
	changed, left := make(map[string]bool), make(map[string]bool)
	for _, change := range s.keyChanges {
		known := are[change.userID] || change.userID == userID
		if change.position > since && (change.observer == "" && known || change.observer == userID) {
			changed[change.userID] = true
		}
	}
	for other := range are {
		if !were[other] {
			changed[other] = true
		}
	}
	for other := range were {
		if !are[other] {
			left[other] = true
		}
	}
	return map[string][]string{"changed": sorted(changed), "left": sorted(left)}
}

// sharers are the other users who shared an encrypted room with a user.
func (s *Server) sharers(userID string, position int) map[string]bool {
	all := make(map[string]bool)
	for _, r := range s.rooms {
		if r.encrypted == 0 || r.encrypted > position {
			continue
		}
		if joined := r.joinedAt(position); joined[userID] {
			maps.Copy(all, joined)
		}
	}
	delete(all, userID)
	return all
}

func sorted(set map[string]bool) []string {
	return append([]string{}, slices.Sorted(maps.Keys(set))...)
}
