{{- /* The pod of the App, the same on SQLite and on PostgreSQL but for where its state is. */ -}}
{{- define "checkrein.serve" -}}
metadata:
  {{- include "checkrein.podMeta" (dict "root" . "component" "app" "annotations" .Values.podAnnotations) | nindent 2 }}
spec:
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: 30
  securityContext:
    {{- include "checkrein.podSecurity" . | nindent 4 }}
  {{- with include "checkrein.placement" . | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- if and .Values.database.existingSecret (gt (int .Values.replicas) 1) }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: {{ .Values.topologyKey }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "checkrein.selector" . | nindent 10 }}
          app.kubernetes.io/component: app
  {{- end }}
  containers:
    - name: checkrein
      image: {{ include "checkrein.image" . }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args: [serve]
      env:
        - {name: GITHUB_APP_ID, value: {{ .Values.app.id | toString | quote }}}
        - {name: GITHUB_APP_PRIVATE_KEY_FILE, value: /run/secrets/app/private-key}
        - {name: GITHUB_WEBHOOK_SECRET_FILE, value: /run/secrets/app/webhook-secret}
        - {name: GITHUB_API_URL, value: {{ .Values.app.apiURL | quote }}}
        {{- with .Values.app.owners }}
        - {name: CHECKREIN_OWNERS, value: {{ join "," . | quote }}}
        {{- end }}
        {{- with .Values.app.registries }}
        - {name: CHECKREIN_REGISTRIES, value: {{ join "," . | quote }}}
        {{- end }}
        {{- if .Values.database.existingSecret }}
        - {name: CHECKREIN_DATABASE_URL_FILE, value: /run/secrets/database/url}
        {{- else }}
        - {name: CHECKREIN_DATABASE_URL, value: "sqlite:/var/lib/checkrein/checkrein.db"}
        {{- end }}
        - {name: CHECKREIN_LISTEN, value: ":8080"}
        - {name: CHECKREIN_ADMIN_LISTEN, value: ":9090"}
        - {name: CHECKREIN_LOG_LEVEL, value: {{ .Values.app.logLevel }}}
        {{- with include "checkrein.traces" . | trim }}
        {{- . | nindent 8 }}
        {{- end }}
      ports:
        - {name: webhook, containerPort: 8080}
        - {name: admin, containerPort: 9090}
      {{- include "checkrein.probes" . | nindent 6 }}
      securityContext:
        {{- include "checkrein.containerSecurity" . | nindent 8 }}
      resources:
        {{- toYaml .Values.resources | nindent 8 }}
      volumeMounts:
        - {name: app, mountPath: /run/secrets/app, readOnly: true}
        {{- if .Values.database.existingSecret }}
        - {name: database, mountPath: /run/secrets/database, readOnly: true}
        {{- else }}
        - {name: state, mountPath: /var/lib/checkrein}
        {{- end }}
        - {name: tmp, mountPath: /tmp}
  volumes:
    - name: app
      secret:
        secretName: {{ .Values.app.existingSecret }}
        defaultMode: 0440
        items:
          - {key: private-key, path: private-key}
          - {key: webhook-secret, path: webhook-secret}
    {{- with include "checkrein.databaseVolume" . | trim }}
    {{- . | nindent 4 }}
    {{- end }}
    - {name: tmp, emptyDir: {}}
{{- end }}

{{- define "checkrein.databaseVolume" -}}
{{- with .Values.database }}
{{- if .existingSecret }}
- name: database
  secret:
    secretName: {{ .existingSecret }}
    defaultMode: 0440
    items:
      - {key: {{ .key }}, path: url}
{{- end }}
{{- end }}
{{- end }}
