# syntax=docker/dockerfile:1
# One service's image, for those who have Docker: docker build --build-arg APP=frontend .
# make images builds the same without Docker: the same static binary, the certificates, user 1001.
FROM golang:1.26 AS build
ARG APP
WORKDIR /src
COPY go.mod go.sum ./
COPY apps apps
RUN test -n "$APP" || { echo 'say which service: --build-arg APP=frontend|product-api|order-api'; exit 1; }
# The mounts keep what was downloaded and compiled for the next service and the next change.
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
	CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '-s -w' -o /app "./apps/$APP"

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /app /app
USER 1001:1001
ENTRYPOINT ["/app"]
