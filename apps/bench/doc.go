// Package bench measures the services as they are shipped, each against something simpler on the same machine in the
// same minute, so that what counts is the ratio. make bench runs it; as part of the tests it does nothing.
package bench
