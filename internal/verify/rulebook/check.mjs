// Answers every question of docs/vectors.json anew, from docs/rules.json alone:
//
//   node check.mjs docs/rules.json docs/vectors.json
//
// It is what a front end in another language needs to say what somebody may do
// now, and from when. What is no table and no number is a function below, with
// the rule that it comes from.
import { readFileSync } from 'node:fs'

const [book, vectors] = process.argv.slice(2).map(file => JSON.parse(readFileSync(file, 'utf8')))

const statuses = new Map(book.statuses.map(s => [s.status, s]))
const operations = new Map(book.operations.map(o => [o.operation, o]))
const row = (status, operation) => book.transitions.find(t => t.from === status && t.operation === operation)

// Instants and durations are whole microseconds; 0 is none.
const tick = 1
const unit = { h: 3600e6, m: 60e6, s: 1e6, ms: 1e3, 'µs': 1 }
const duration = text => [...text.matchAll(/([\d.]+)(ms|µs|h|m|s)/g)].reduce((sum, [, n, u]) => sum + n * unit[u], 0)
const instant = text => text ? Date.parse(text.slice(0, 19) + 'Z') * 1e3 + Number((text.match(/\.(\d+)/)?.[1] ?? '').padEnd(6, '0')) : 0

// read turns an order's instants and durations into microseconds.
function read(order) {
  const o = { ...order, policy: { ...order.policy, appeal: { ...order.policy.appeal } } }
  for (const name of ['updated_at', 'turn_since', 'silence_spent', 'scheduled_end', 'received_at', 'erased_at'])
    o[name] = instant(o[name])
  o.reminded_at = instant(o.reminder?.at)
  for (const name of ['completion_delay', 'reminder_interval', 'auto_accept']) o.policy[name] = duration(o.policy[name])
  for (const name of ['silence', 'blackout']) o.policy.appeal[name] = duration(o.policy.appeal[name])
  return o
}

// timer is when a transition of time is due; 0 where the policy has it switched
// off, and where what it counts from has not come (R02, R14, R27).
function timer(o, t) {
  switch (t.timer) {
    case 'completion':
      return o.turn_since + o.policy.completion_delay
    case 'auto_accept': {
      const since = o.policy.auto_accept_from === 'delivery' ? o.turn_since
        : o.received_at && Math.max(o.received_at, o.turn_since)
      return o.policy.auto_accept && since && since + o.policy.auto_accept
    }
    case 'scheduled_end':
      return t.to === { accept: 'accepted', cancel: 'canceled' }[o.policy.at_scheduled_end] ? o.scheduled_end : 0
  }
}

// due is what time does next, and when; an order's time never runs backwards.
function due(o) {
  let next = null
  for (const t of book.transitions) {
    const at = t.from === o.status && t.timer ? timer(o, t) : 0
    if (at && (!next || at < next.at)) next = { to: t.to, at }
  }
  if (next) next.at = Math.max(next.at, o.updated_at)
  return next
}

// settle is the order as time has made it by an instant (R02).
function settle(o, at) {
  for (let next = due(o); next && next.at <= at; next = due(o))
    o = { ...o, status: next.to, updated_at: next.at, turn_since: next.at, silence_spent: 0 }
  return o
}

// judge says whether a ground holds for a party (R09, R10, R11, R14).
function judge(o, party, ground, at) {
  const policy = o.policy.appeal
  if (!policy[party]?.includes(ground)) return { reason: 'not_granted', rule: 'R11' }
  let measure, opens = 0
  switch (ground) {
    case 'seller_silent':
    case 'buyer_silent': {
      if (statuses.get(o.status).turn !== ground.split('_')[0]) return { reason: 'not_their_turn', rule: 'R09' }
      const since = Math.max(o.turn_since, o.silence_spent)
      measure = { since, length: policy.silence }
      opens = since + policy.silence + tick // more than
      break
    }
    case 'request_rejected':
    case 'product_rejected': {
      const have = o[ground.split('_')[0] + '_rejections'] ?? 0
      measure = { have, need: policy.rejections }
      if (have < policy.rejections) return { reason: 'too_few_rejections', rule: 'R10', measure }
    }
  }
  const d = { measure }
  let first = at
  if (opens > at) [first, d.reason, d.rule] = [opens, 'not_silent_long_enough', 'R09']
  const begins = o.scheduled_end - policy.blackout
  if (policy.blackout && first < o.scheduled_end) {
    if (first < begins) d.until = begins
    else {
      if (first === at) Object.assign(d, { reason: 'in_blackout', rule: 'R14', measure: { since: begins, length: policy.blackout } })
      first = o.scheduled_end
    }
  }
  if (d.reason) d.from = first
  return d
}

// best is the ground that counts: one that holds, else the one that time opens
// first, else the first.
function best(o, party, at) {
  let found = { reason: 'not_granted', rule: 'R11' }
  for (const ground of book.words.grounds) {
    if (!o.policy.appeal[party]?.includes(ground)) continue
    const d = judge(o, party, ground, at)
    if (!d.reason) return d
    if (found.reason === 'not_granted' || d.from && (!found.from || d.from < found.from)) found = d
  }
  return found
}

// notNegotiable says why the parties cannot negotiate a refund (R32).
const notNegotiable = o => o.policy.negotiated_refund && o.paid ? undefined : 'not_negotiable'
const noProposal = o => notNegotiable(o) ?? (o.proposal ? undefined : 'no_proposal')
const withAmount = (o, reason) =>
  ['already_proposed', 'another_amount'].includes(reason) ? { reason, proposed: o.proposal.amount } : { reason }
const same = (a, b) => a.amount === b.amount && a.currency === b.currency

// conditions are what an operation asks beyond the table.
const conditions = {
  raise_appeal: (o, q, at) => q.action?.ground ? judge(o, q.actor.role, q.action.ground, at) : best(o, q.actor.role, at),
  remind: (o, q, at) => { // R20
    const next = o.reminded_at && o.reminded_at + o.policy.reminder_interval
    return next > at ? { reason: 'reminded_recently', from: next, measure: { since: o.reminded_at, length: o.policy.reminder_interval } } : {}
  },
  add_note: o => { // R13
    const have = o.appeal.notes?.length ?? 0
    return have >= book.limits.notes ? { reason: 'too_many_notes', measure: { have, need: book.limits.notes } } : {}
  },
  decide_appeal: (o, q) => { // R15
    const to = q.action?.resume_at
    const there = { awaiting_request: o.policy.start === 'awaiting_request', awaiting_confirmation: o.request,
      awaiting_delivery: true, awaiting_acceptance: o.delivery }
    return to && to !== o.frozen_from && !there[to] ? { reason: 'nothing_to_act_on' } : {}
  },
  propose_refund: o => withAmount(o, notNegotiable(o) ?? (o.proposal ? 'already_proposed' : undefined)),
  withdraw_refund: o => ({ reason: noProposal(o) }),
  decline_refund: o => ({ reason: noProposal(o) }),
  agree_refund: (o, q) => withAmount(o,
    noProposal(o) ?? (q.action && !same(q.action.amount, o.proposal.amount) ? 'another_amount' : undefined)),
  amend: (o, q) => // R13
    [q.action?.buyer, q.action?.seller].includes(q.actor.id) ? { reason: 'own_case', rule: 'R13' } : {},
  report_receipt: o => ({ reason: o.received_at ? 'already_received' : undefined }), // R27
  erase: o => ({ reason: o.erased_at ? 'erased' : undefined }), // R35
}

// ends is when time moves the order to where there is no such operation.
function ends(o, operation) {
  const next = due(o)
  return next && (row(next.to, operation) ? ends(settle(o, next.at), operation) : next.at)
}

// decide answers in the library's order: role, final, frozen, status, own case,
// and the operation's own condition (R23).
function decide(o, q, at) {
  const { by, rule, outside } = operations.get(q.operation)
  const { role, id } = q.actor
  const here = row(o.status, q.operation)
  if (!by.includes(role)) return { reason: 'another_role', rule }
  if (statuses.get(o.status).final && !here) return { reason: 'final', rule: outside }
  if (o.status === 'frozen' && role !== 'manager' && role !== 'system') return { reason: 'frozen', rule: 'R12' }
  if (!here) return { reason: 'another_status', rule: outside }
  if (role === 'manager' && (id === o.buyer || id === o.seller)) return { reason: 'own_case', rule: 'R13' }
  const d = { rule, ...here.timer ? { reason: 'not_due' } : conditions[q.operation]?.(o, q, at) }
  d.rule ??= rule
  const end = d.reason && !d.from ? 0 : ends(o, q.operation)
  if (end && (d.from ?? 0) >= end) delete d.from, delete d.until
  else if (end && (!d.until || end < d.until)) d.until = end
  return d
}

// target is where an allowed action leads.
function target(o, q) {
  if (q.operation !== 'decide_appeal') return row(o.status, q.operation).to
  return { accept: 'accepted', cancel: 'canceled' }[q.action.outcome] ?? q.action.resume_at ?? o.frozen_from
}

function answer(order, q) {
  if (['buyer', 'seller'].includes(q.actor.role) && order[q.actor.role] !== q.actor.id) // R22
    return { allowed: false, not_found: true }
  const at = Math.max(q.at, order.updated_at)
  const now = settle(order, at)
  const d = decide(now, q, at)
  if (!d.reason && q.action) return { allowed: true, to: target(now, q) }
  return { allowed: !d.reason, ...d }
}

// plain is an answer in one form, so that two can be compared.
const plain = a => JSON.stringify(['allowed', 'not_found', 'rule', 'reason', 'from', 'until', 'to'].map(k => a[k] || null)
  .concat(['have', 'need', 'since', 'length'].map(k => a.measure?.[k] || null),
    ['amount', 'currency'].map(k => a.proposed?.[k] || null)))

const orders = new Map(vectors.orders.map(o => [o.id, read(o)]))
const reasons = new Set()
let wrong = 0
for (const { id, policy } of vectors.orders) {
  const preset = book.presets[policy.name]
  if (preset && JSON.stringify(preset) !== JSON.stringify(policy) && wrong++ < 10)
    console.error(`order ${id} has other numbers than the preset ${policy.name}`)
}
for (const q of vectors.questions) {
  const want = { ...q.answer }
  if (want.measure) {
    const { since, length } = want.measure
    want.measure = { ...want.measure, since: instant(since), length: length && duration(length) }
  }
  const have = answer(orders.get(q.order), q)
  if (plain(want) !== plain(have) && wrong++ < 10)
    console.error(`${JSON.stringify(q)}\n  here: ${JSON.stringify(have)}`)
  if (have.reason) reasons.add(have.reason)
}
console.log(`${vectors.questions.length} questions about ${orders.size} orders, ${reasons.size} reasons to refuse, ${wrong} of them wrong`)
process.exit(wrong ? 1 : 0)
