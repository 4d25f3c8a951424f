package libolm_test

import (
	"fmt"

	"github.com/mudpuppy-e2ee/mudpuppy/libolm"
)

// An account moves from libolm to a pickle of this module.
func Example() {
	const pickle = "iNV8b7hia62dFvoeX5lkbRQ09a4eRsJoT5wcTJNXMY7+9EaUGpSVy3NlpzwKBlWHtwXl/f46Cgki7EpVGB" +
		"ASVWTOO1uPqt3aZ2wxcPZMwU/fAX4GlfPFGst13qY2pShQ1z4demwV9Wk80SK8KPqx/VctgZFV8wnQZ0Xw" +
		"iDiM8o1ZF0HXz8gIV65LIQD4ZVkcXn5bLOZJruwN3TWQ2LDzqdMf69k5zbqoaOvHPugTeY68oLaMRt2TWA"
	account, err := libolm.UnpickleAccount(pickle, []byte("DEFAULT_KEY"))
	if err != nil {
		panic(err)
	}
	fmt.Println(account.Ed25519Key())

	var storageKey [32]byte // random, of course
	sealed, err := account.Pickle(&storageKey)
	fmt.Println(len(sealed) > 0, err)
	// Output:
	// FEfrmWlasr4tcMtbNX/BU5lbdjmpt3ptg8ApTD8YAh4
	// true <nil>
}
