// Package attacks holds the services against what the internet sends them: real binaries, two replicas of each on
// PostgreSQL, are attacked while honest customers shop. No honest request may fail or become slow, no process may grow
// past its pod's memory, and no error line may be written for what a client did. docs/threats.md says which attack each
// test makes and which guard answers it.
package attacks
