"""S3: buckets, who may use them, and their objects."""
