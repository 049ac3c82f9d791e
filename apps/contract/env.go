package contract

// Environment variables that every service reads. A variable that is absent has the default said here; one that is
// present and malformed stops the service at start, together with every other problem.
const (
	// EnvListenAddress is the public listener, host:port. Default ":<Service.Port>".
	EnvListenAddress = "LISTEN_ADDRESS"
	// EnvInternalAddress is the listener of metrics and pprof, host:port. Default ":<InternalPort>".
	EnvInternalAddress = "INTERNAL_ADDRESS"
	// EnvLogLevel is debug, info, warn or error. Default info.
	EnvLogLevel = "LOG_LEVEL"
	// EnvLogReads is of how many successful reads one has a line in the log; writes, and whatever fails, always have one.
	// Default 1: all.
	EnvLogReads = "LOG_READS"
	// EnvEnvironment, EnvService and EnvVersion are Datadog's unified service tags; they are in every log line,
	// trace and the build info metric. Service is always Service.Name and is set for the tracer's and agent's sake.
	EnvEnvironment = "DD_ENV"
	EnvService     = "DD_SERVICE"
	EnvVersion     = "DD_VERSION"
	// EnvDrainDelay is how long the service goes on serving after SIGTERM while it already answers 503 on
	// ReadyPath, so that endpoints are withdrawn first. A Go duration, default "5s".
	EnvDrainDelay = "DRAIN_DELAY"
	// EnvDrainTimeout is how long requests in flight may take after that. A Go duration, default "15s". The pod's
	// grace period is the sum of both and a margin.
	EnvDrainTimeout = "DRAIN_TIMEOUT"
	// EnvConnectionAge is about how long a client may keep a connection before an answer asks it to open another one, so
	// that new pods get their share soon: a canary is judged by it. A Go duration, default "5s".
	EnvConnectionAge = "CONNECTION_AGE"
	// EnvMaxConnections bounds the requests served at once (and with them the store's connections). Default 100.
	EnvMaxConnections = "MAX_CONNECTIONS"
	// EnvOpenConnections is how many connections clients may keep open at once; when all are taken, who has most loses the
	// oldest. Default 1000, which with what the kernel keeps for each fits into a pod of 128 MiB.
	EnvOpenConnections = "OPEN_CONNECTIONS"
	// EnvConnectionsPerClient is how many of them one client may keep that is no trusted proxy. Default a quarter.
	EnvConnectionsPerClient = "CONNECTIONS_PER_CLIENT"
	// EnvRequestsPerClient (frontend) is how many reads, and how many writes, of one client are worked on at once. Default a
	// quarter of EnvMaxConnections, 12 at least.
	EnvRequestsPerClient = "REQUESTS_PER_CLIENT"
	// EnvWriteRate is how many writes a second one client may make before it is answered 429; bursts of twice that
	// are let through. Default 20.
	EnvWriteRate = "WRITE_RATE"
	// EnvTrustedNetworks is whose X-Forwarded-For is believed: networks (10.0.0.0/8), addresses, or "private" for all
	// private ones, separated by commas. The client is the last address in it that is not in these networks; everybody
	// else's header is ignored and the peer is the client. Default "private" for the APIs (the frontend is their peer),
	// nobody for the frontend.
	EnvTrustedNetworks = "TRUSTED_NETWORKS"
	// EnvTrustedProxies is the older way: how many entries from the right end of X-Forwarded-For name the client, whoever
	// the peer is. It still works where EnvTrustedNetworks is absent, with a warning.
	EnvTrustedProxies = "TRUSTED_PROXIES"
	// EnvMemoryLimit is the memory that Go's runtime tries to stay below, in bytes: the runtime's own variable. Absent:
	// no limit.
	EnvMemoryLimit = "GOMEMLIMIT"
	// EnvDemo is "true" in a demo: empty stores of the APIs begin with demo products and demo orders, once in their lives,
	// and the shop's pages say that nothing is charged. Default "false".
	EnvDemo = "DEMO"
	// EnvOTLPEndpoint is where traces go, OpenTelemetry's own variable. Absent: nowhere.
	EnvOTLPEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT"
)

// Environment variables of single services.
const (
	// EnvDatabaseURL (product-api, order-api) is sqlite:///absolute/path.db or postgres://….
	EnvDatabaseURL = "DATABASE_URL"
	// EnvDatabaseDirectURL (product-api, order-api) is the address of PostgreSQL itself where EnvDatabaseURL is that of a
	// pooler in transaction mode, such as PgBouncer: migrations need a session. Absent: there is no pooler.
	EnvDatabaseDirectURL = "DATABASE_DIRECT_URL"
	// EnvDatabaseCA (product-api, order-api) is a file with the certificates, in PEM, of those who vouch for the name of the
	// server at EnvDatabaseURL; sslmode is verify-full then, or verify-ca where the URL says so. Absent: those of the
	// system, where the URL's sslmode asks for any.
	EnvDatabaseCA = "DATABASE_CA"
	// EnvDatabaseConnections (product-api, order-api) bounds the store's connection pool. Default 10.
	EnvDatabaseConnections = "DATABASE_CONNECTIONS"
	// EnvDatabaseTimeout (product-api, order-api) bounds one statement, and the wait for SQLite's write lock. A Go
	// duration, default "3s".
	EnvDatabaseTimeout = "DATABASE_TIMEOUT"
	// EnvProductAPIURL and EnvOrderAPIURL are the callees' base URLs (see Service.Calls).
	EnvProductAPIURL = "PRODUCT_API_URL"
	EnvOrderAPIURL   = "ORDER_API_URL"
	// EnvAdminAPIKey allows creating and updating products (product-api) and moving orders on (order-api). Several keys,
	// separated by commas, are all accepted. Absent: those routes are disabled and say so.
	EnvAdminAPIKey = "ADMIN_API_KEY"
	// EnvPendingOrderAge (order-api) is how long an order may be pending before it is given up. A Go duration, default
	// "24h".
	EnvPendingOrderAge = "PENDING_ORDER_AGE"
	// EnvIdempotencyRetention (order-api) is how long the Idempotency-Keys of orders are kept: for so long the same key
	// finds the same order. A Go duration, default "720h", which is 30 days.
	EnvIdempotencyRetention = "IDEMPOTENCY_RETENTION"
	// EnvOrderRetention (order-api) is how long an order that has ended says who placed it: then the name, the links and the
	// keys are erased, and what was sold, when and for how much stays. A Go duration; default "0s", which is for good.
	EnvOrderRetention = "ORDER_RETENTION"
	// EnvRejectedRetention (order-api) is how long an order that was rejected is kept: then it is deleted, unless its
	// Idempotency-Key is still kept. A Go duration, default "2160h", which is 90 days; "0s" is for good.
	EnvRejectedRetention = "REJECTED_RETENTION"
	// EnvAuditRetention (product-api, order-api) is how long the audit log is kept, which says what the shop's owner did. A Go
	// duration, default "8760h", which is a year; "0s" is for good.
	EnvAuditRetention = "AUDIT_RETENTION"
	// EnvWebhooks (order-api) is who receives each change of an order: name=URL, with spaces between. A name has lower-case
	// letters, digits and hyphens. Absent: nobody, and nothing is kept for anybody.
	EnvWebhooks = "WEBHOOKS"
	// EnvWebhookKeys (order-api) is what events are signed with: name=key, with spaces between, for each name in EnvWebhooks.
	// A key is whsec_ and 24 to 64 bytes in base64; during a rotation there are two, with a comma between.
	EnvWebhookKeys = "WEBHOOK_KEYS"
	// EnvOpenOrders (order-api) is "true" where everybody may see everybody's orders, as in a demo. Default "false": an
	// order is shown to its owner, to whoever has its secret, and to the holder of the admin key.
	EnvOpenOrders = "OPEN_ORDERS"
	// EnvPublicAdmin (frontend) is "true" where the operator's pages are served to whoever reaches the shop and has the
	// admin key. Default "false": only to requests over loopback, as those of kubectl port-forward.
	EnvPublicAdmin = "PUBLIC_ADMIN"
	// EnvReservationKey (product-api, order-api) is the shared secret of the reservation routes. Of several keys, separated
	// by commas, product-api accepts each, and order-api sends the first that is accepted. Required by both.
	EnvReservationKey = "RESERVATION_KEY"
	// EnvSessionKey (frontend) signs and encrypts the cart's cookie: 32 bytes or more of text, the same in every
	// replica. Of several, separated by commas, the first is used and all are accepted. Required.
	EnvSessionKey = "SESSION_KEY"
)
