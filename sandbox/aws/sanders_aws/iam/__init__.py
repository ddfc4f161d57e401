"""IAM: who may do what.

An evaluator of policies, which knows nothing of the emulator (patterns, conditions, documents, evaluation); what each
call asks it (reference, questions, requests/, resources); and who calls and what they are told (callers, enforcement,
denials, administrator).
"""
