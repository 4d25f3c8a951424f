// Package safejs is syscall/js with errors: what JavaScript throws, and what Go
// would panic for because a value is of another type, comes back as an error.
//
// What it does is that of github.com/hack-pad/safejs, with as much of its
// interface as is used here. That package keeps the stack with each error, and
// so brings fmt and os to every page, which is an eighth of what is loaded.
package safejs
