// Package browsertest holds the tests of the shop in a real browser, Chromium, before the three real services on SQLite.
// It has no other code.
package browsertest
