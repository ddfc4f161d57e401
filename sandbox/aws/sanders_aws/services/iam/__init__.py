"""IAM: who may assume a role, service-linked roles, quotas."""
