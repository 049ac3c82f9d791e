package stacks

// production is the environment of what customers see. It is known by this setting and not by the stack's name: another
// name with the same environment is held to the same rules.
const production = "production"

// validateProduction holds production to what every other stack may do without: data that destroy refuses to delete, one
// way in, over TLS, TLS to the database, and somebody whom a critical alert pages.
func (s Stack) validateProduction() []Problem {
	if s.Environment != production {
		return nil
	}
	var found problems
	const why = "but the environment is " + production
	if !s.Protected {
		found.add("protected", "not set, "+why)
	}
	if s.OpenOrders {
		found.add("openOrders", "set, "+why)
	}
	if s.Demo {
		found.add("demo", "set, "+why)
	}
	if !s.Edge.Secure {
		found.add("edge.secure", "not set, "+why)
	}
	if e := s.Database.External; e != nil && e.Plaintext {
		found.add("database.external.plaintext", "set, "+why)
	}
	return append(found, s.validatePaging()...)
}
