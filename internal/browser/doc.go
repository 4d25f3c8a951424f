// Package browser holds what the packages that speak to a browser have in
// common, on safejs: errors by their names, promises, timers and texts.
package browser
