/**
 * What Argo CD is to think of an object, from ACK's conditions: a script in Lua for `resource.customizations.health`
 * (https://argo-cd.readthedocs.io/en/stable/operator-manual/health/#custom-health-checks).
 *
 * Argo CD has such a check from 3.6 on, older ones and some of AWS's do not, and without one every object is Healthy as soon as it
 * exists: no sync wave waits, and an environment is Healthy that has nothing in AWS. Ours also sees ACK.Terminal where it comes
 * behind Ready; Argo CD's waits for ever then.
 */
export const ackHealth = `\
local health = { status = "Progressing", message = "The controller has not looked at it yet" }
for _, condition in ipairs((obj.status or {}).conditions or {}) do
  if condition.type == "ACK.Terminal" and condition.status == "True" then
    return { status = "Degraded", message = condition.message }
  end
  if condition.type == "Ready" and condition.status == "True" then
    health = { status = "Healthy" }
  elseif condition.type == "Ready" then
    health = { status = "Progressing", message = condition.message }
  end
end
return health
`;
