{{/* Names; those of the official charts, so that what selects one selects the other. */}}
{{- define "controller.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "controller.fullname" -}}
{{- $name := include "controller.name" . -}}
{{- $both := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- default $both .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "controller.serviceAccount" -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}

{{/* Labels that select the pods; they can never change. */}}
{{- define "controller.selector" -}}
app.kubernetes.io/name: {{ include "controller.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "controller.labels" -}}
{{ include "controller.selector" . }}
app.kubernetes.io/managed-by: Helm
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
k8s-app: {{ include "controller.name" . }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{- define "controller.image" -}}
{{- $repository := required "image.repository: name the repository into which you have put the controller's image (make -C controllers image)" .Values.image.repository -}}
{{ $repository }}:{{ .Values.image.tag }}{{ with .Values.image.digest }}@{{ . }}{{ end }}
{{- end -}}

{{/* The namespaces to watch, separated by commas; "" for all. */}}
{{- define "controller.watchNamespace" -}}
{{- if eq .Values.installScope "namespace" -}}
{{- .Values.watchNamespace | default .Release.Namespace | nospace -}}
{{- end -}}
{{- end -}}

{{- define "controller.leaseNamespace" -}}
{{- .Values.leaderElection.namespace | default .Release.Namespace -}}
{{- end -}}

{{- define "controller.credentialsFolder" -}}
/var/run/secrets/aws
{{- end -}}
