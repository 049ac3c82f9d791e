#!/bin/sh
# Sends the backup that was just made to the bucket. Environment: ENDPOINT, REGION, BUCKET, ACCESS_KEY, SECRET_KEY.
set -eu
name="$(cat /tmp/name)"
for file in "/backups/$name"/*.dump; do
	# The credentials come on standard input: arguments can be read by every process.
	printf 'user = "%s:%s"\n' "$ACCESS_KEY" "$SECRET_KEY" |
		curl --config - --fail --silent --show-error --retry 3 --aws-sigv4 "aws:amz:$REGION:s3" \
			--upload-file "$file" "$ENDPOINT/$BUCKET/$name/$(basename "$file")"
	echo "sent $name/$(basename "$file")"
done
