/** The name of the platform; also the value of the tag `Project` and of `app.kubernetes.io/part-of`. */
export const platform = 'sanders-customer-platform';

/** The tags that the platform sets itself. */
export const platformTags: readonly string[] = ['Project', 'Environment', 'ManagedBy', 'Service'];
