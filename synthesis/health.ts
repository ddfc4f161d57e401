/** How long an object may take after its last change in Git before Argo CD calls it Degraded: seconds. NAT gateways take two minutes. */
export const patience = 300;

/** As the health check says it; the sandbox, whose AWS is fast, puts a shorter time in its place. */
export const patienceLine = (seconds: number) => `local patience = ${seconds}`;

/**
 * What Argo CD is to think of an object, from ACK's conditions: a script in Lua for `resource.customizations.health`
 * (https://argo-cd.readthedocs.io/en/stable/operator-manual/health/#custom-health-checks).
 *
 * Argo CD has such a check from 3.6 on, older ones and some of AWS's do not, and without one every object is Healthy as soon as it
 * exists: no sync wave waits, and an environment is Healthy that has nothing in AWS. Ours also
 * - sees ACK.Terminal where it comes behind Ready; Argo CD's waits for ever then;
 * - loses its patience. A sync waits for ever for what is Progressing and lets no newer commit in, not even the one that mends it;
 *   it fails at what is Degraded, and is tried again with the newest commit (`retry` in argocd/base/environments.yaml).
 *
 * The time counts from when the object was applied last, which the API server notes in managedFields: ACK sets a condition's
 * lastTransitionTime each time it looks.
 */
export const ackHealth = `\
local os = require("os")
${patienceLine(patience)}

local ready, message = false, "The controller has not looked at it yet"
for _, condition in ipairs((obj.status or {}).conditions or {}) do
  if condition.type == "ACK.Terminal" and condition.status == "True" then
    return { status = "Degraded", message = condition.message }
  elseif condition.type == "Ready" then
    ready = condition.status == "True"
    message = condition.message
  end
end
if ready then
  return { status = "Healthy" }
end

local applied = obj.metadata.creationTimestamp or ""
for _, entry in ipairs(obj.metadata.managedFields or {}) do
  local annotations = ((entry.fieldsV1 or {})["f:metadata"] or {})["f:annotations"] or {}
  local applies = annotations["f:kubectl.kubernetes.io/last-applied-configuration"] ~= nil
  if applies and (entry.time or "") > applied then
    applied = entry.time
  end
end
-- Argo CD's Lua knows no strings, but can compare them. os.time takes what is UTC for local time, and os.date gives it back.
local limit = os.date("%FT%H:%M:%SZ", os.time(os.date("!*t")) - patience)
if applied == "" or applied >= limit then
  return { status = "Progressing", message = message }
end
local late = "Not Ready " .. patience .. " s after its last change in Git"
return { status = "Degraded", message = late .. ": " .. (message or "the controller does not say why") }
`;
