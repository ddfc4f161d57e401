// Package bucketemptier empties S3 buckets that are about to be deleted.
//
// The official S3 controller deletes a Bucket's AWS bucket only when that is empty, and upstream does not want a
// controller to touch data. So here it is asked for, bucket by bucket. All of this must hold for anything to be removed:
//
//   - the Bucket object carries the annotation s3.services.k8s.aws/empty-on-delete: "true";
//   - it is being deleted, and the S3 controller's finalizer is on it: without that, the AWS bucket is not its own;
//   - the S3 controller is going to delete the AWS bucket: the deletion policy, resolved as ACK's runtime does
//     (annotation of the object, of its namespace, flag --deletion-policy), is delete, and the object is not read-only;
//   - AWS says that the bucket has no tag Protected=true. If AWS does not let us ask, nothing is removed;
//   - the bucket belongs to the AWS account that the object's status and its namespace name. Every call names that
//     account as the expected owner, so that S3 refuses a bucket of any other.
//
// These are looked at again, from the API server and from AWS, at least every [sliceTime]; to stop an emptying, set
// the annotation services.k8s.aws/deletion-policy: retain or the tag.
//
// # How
//
// A reconcile is one slice of the work: it goes through the bucket from its beginning and removes incomplete uploads,
// object versions and delete markers until the slice ends. What is left is the only state, so that nothing is lost when
// the process is killed, and only a slice that finds nothing means that the bucket is empty. Then the S3 controller is
// woken, see wake. No finalizer of our own is needed: the S3 controller keeps its own until AWS has deleted the bucket.
//
// The work on one bucket does not spill over into the next of the same name. That can exist only once the old one was
// empty, and what may still come then, a call repeated because its answer got lost, names versions of the old one; a
// bucket with versioning never has them again.
//
// The S3 controller's flags cannot be seen from here: --deletion-policy, --watch-namespace, --enable-carm and
// --feature-gates must be given as they are given to it. Directory buckets are not supported.
//
// As whom it goes to AWS is found as ACK's runtime finds it for the S3 controller: the account's role in the map of
// accounts, the team's in the map of teams, or that of the IAMRoleSelector that matches the Bucket. In the maps the
// emptier can have a role of its own (bucket-emptier.<account>); a selector gives it the S3 controller's, which then needs
// the right to remove data.
package bucketemptier
