"""AWS Budgets, except for budget actions."""
