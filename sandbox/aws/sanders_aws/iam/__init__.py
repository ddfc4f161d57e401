"""IAM: who may do what. An evaluator of policies, and what a call asks it.

Read in this order: patterns, conditions, documents, evaluation.
"""
