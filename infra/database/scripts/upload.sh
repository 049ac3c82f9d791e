#!/bin/sh
# Sends the backup that was just made to the bucket. Environment: ENDPOINT, REGION, BUCKET, ACCESS_KEY, SECRET_KEY.
set -eu
name="$(cat /tmp/name)"
for file in "/backups/$name"/*.dump; do
	# The store holds what arrives to this digest, and not every curl would send one.
	digest="$(sha256sum "$file" | cut -d ' ' -f 1)"
	# The credentials come on standard input: arguments can be read by every process.
	printf 'user = "%s:%s"\n' "$ACCESS_KEY" "$SECRET_KEY" |
		curl --config - --fail --silent --show-error --retry 3 --aws-sigv4 "aws:amz:$REGION:s3" \
			--header "x-amz-content-sha256: $digest" --upload-file "$file" "$ENDPOINT/$BUCKET/$name/$(basename "$file")"
	echo "sent $name/$(basename "$file")"
done
