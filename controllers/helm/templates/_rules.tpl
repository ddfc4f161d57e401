{{/*
What the controller may do with the objects that it works on: in every namespace, or in those that it watches. Each
service brings what its kinds need, which are also the kinds that they refer to.
*/}}
{{- define "controller.rules" -}}
{{- if has "batch" .Values.services }}
- apiGroups: [batch.services.k8s.aws]
  resources: [computeenvironments, jobqueues, jobdefinitions]
  verbs: [get, list, watch, patch]
- apiGroups: [batch.services.k8s.aws]
  resources: [computeenvironments/status, jobqueues/status, jobdefinitions/status]
  verbs: [patch]
- apiGroups: [batch.services.k8s.aws]
  resources: [schedulingpolicies, serviceenvironments]
  verbs: [get, list, watch]
- apiGroups: [ec2.services.k8s.aws]
  resources: [launchtemplates, securitygroups, subnets]
  verbs: [get, list, watch]
- apiGroups: [eks.services.k8s.aws]
  resources: [clusters]
  verbs: [get, list, watch]
- apiGroups: [iam.services.k8s.aws]
  resources: [instanceprofiles, roles]
  verbs: [get, list, watch]
{{- end }}
{{- if has "budgets" .Values.services }}
- apiGroups: [budgets.services.k8s.aws]
  resources: [budgets]
  verbs: [get, list, watch, patch]
- apiGroups: [budgets.services.k8s.aws]
  resources: [budgets/status]
  verbs: [patch]
{{- end }}
{{- if has "bucket-emptier" .Values.services }}
- apiGroups: [s3.services.k8s.aws]
  resources: [buckets]
  verbs: [get, list, watch, patch]
{{- end }}
- apiGroups: [""]
  resources: [events]
  verbs: [create, patch]
{{- if and .Values.fieldExport.enabled (or (has "batch" .Values.services) (has "budgets" .Values.services)) }}
- apiGroups: [services.k8s.aws]
  resources: [fieldexports]
  verbs: [get, list, watch, patch]
- apiGroups: [services.k8s.aws]
  resources: [fieldexports/status]
  verbs: [patch]
- apiGroups: [""]
  resources: [configmaps{{ if .Values.fieldExport.secrets }}, secrets{{ end }}]
  verbs: [get, patch]
{{- end }}
{{- end -}}
