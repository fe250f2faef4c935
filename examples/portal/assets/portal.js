// Live updates and dialogs; every page works without it.
'use strict';

const root = document.documentElement;
let ahead = Date.parse(root.dataset.now) - Date.now(); // the portal's clock against the browser's

async function parsed(response) {
  return new DOMParser().parseFromString(await response.text(), 'text/html');
}

// What identifies an element in the page that takes this one's place.
function handle(element) {
  if (!element || element === document.body) return null;
  if (element.id) return '#' + CSS.escape(element.id);
  for (const name of ['href', 'value']) {
    if (element.getAttribute(name)) return `${element.localName}[${name}=${CSS.escape(element.getAttribute(name))}]`;
  }
  const details = element.closest('details[id]');
  return details && element.localName === 'summary' ? `#${CSS.escape(details.id)} > summary` : null;
}

// Live updates: fetch the page again and exchange the parts that say how things stand. What somebody types is never among them.

let fetching = false, again = false;

async function refresh() {
  if (fetching) { again = true; return; }
  fetching = true;
  try {
    const response = await fetch(location.href);
    if (response.redirected) location.reload();
    if (response.ok) update(await parsed(response));
  } catch { /* the stream tells when the portal is back */ }
  fetching = false;
  if (again) { again = false; refresh(); }
}

function update(page) {
  ahead = Date.parse(page.documentElement.dataset.now) - Date.now();
  let changed = false;
  for (const part of document.querySelectorAll('[data-live-part]')) {
    const fresh = page.getElementById(part.id);
    if (!fresh || fresh.innerHTML === part.innerHTML) continue;
    const focused = part.contains(document.activeElement) ? handle(document.activeElement) : null;
    keepOpen(part, fresh);
    part.replaceWith(fresh);
    if (focused) document.querySelector(focused)?.focus();
    changed = true;
  }
  if (!changed) return;
  tick();
  const clock = page.querySelector('.clock time');
  if (clock) document.querySelector('.clock time')?.replaceWith(clock);
  const headline = document.querySelector('[data-headline]');
  document.getElementById('news').textContent = headline ? 'Updated: ' + headline.textContent : 'The list has been updated.';
  const version = document.querySelector('form input[name=version]');
  const stale = document.querySelector('[data-stale]');
  if (stale && version) stale.hidden = version.value === document.querySelector('[data-version]').dataset.version;
}

function keepOpen(before, after) {
  for (const open of before.querySelectorAll('details[open][id]')) {
    after.querySelector('#' + CSS.escape(open.id))?.setAttribute('open', '');
  }
}

let stream = null, streamed = false;

function listen() {
  if (!root.dataset.live || document.hidden || stream) return;
  stream = new EventSource(root.dataset.live);
  stream.onopen = () => {
    if (streamed) refresh();
    streamed = true;
    root.dataset.streaming = 'yes';
  };
  stream.onmessage = refresh;
}

function hush() {
  stream?.close();
  stream = null;
}

document.addEventListener('visibilitychange', () => document.hidden ? hush() : listen()); // browsers keep few streams open
addEventListener('pagehide', hush);
addEventListener('pageshow', listen);
listen();

// Countdowns.

function tick() {
  for (const element of document.querySelectorAll('[data-countdown]')) {
    const left = Math.floor((Date.parse(element.dateTime) - Date.now() - ahead) / 1000);
    element.textContent = left > 0 ? 'in ' + span(left) : 'now';
    if (left === 0) setTimeout(refresh, 1000);
  }
}

function span(seconds) {
  const days = Math.floor(seconds / 86400), hours = Math.floor(seconds / 3600) % 24, minutes = Math.floor(seconds / 60) % 60;
  if (days > 1) return `${days} days`;
  if (days === 1) return hours > 0 ? `1 day ${hours} h` : '1 day';
  if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

setInterval(tick, 1000);
tick();

// Forms: what the portal answers to a form without a script is shown without leaving the page; what it asks, as a dialog.

document.addEventListener('submit', async event => {
  const form = event.target;
  if (form.matches('[data-confirmation]')) setTimeout(() => form.querySelector('button').disabled = true);
  if (!form.matches('[data-ask], [data-swap]')) return;
  event.preventDefault();
  if (form.getAttribute('aria-busy') === 'true') return;
  form.setAttribute('aria-busy', 'true');
  try {
    const response = await fetch(form.getAttribute('action'), { method: 'POST', body: new FormData(form, event.submitter) });
    if (response.redirected) { location.assign(response.url); return; }
    const page = await parsed(response);
    const question = page.querySelector('form[data-confirmation]');
    if (question) ask(question); else swap(page, form.matches('[data-swap]') ? handle(event.submitter) : null);
  } catch {
    document.getElementById('news').textContent = 'The portal cannot be reached. Nothing has been sent.';
    document.getElementById('news').className = 'notice bad toast';
  }
  form.removeAttribute('aria-busy');
});

function ask(question) {
  const dialog = document.createElement('dialog');
  dialog.setAttribute('aria-labelledby', 'confirm-title');
  dialog.append(document.adoptNode(question));
  dialog.addEventListener('close', () => dialog.remove());
  dialog.querySelector('[data-cancel]').addEventListener('click', event => { event.preventDefault(); dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector('button').focus();
}

function swap(page, focused) {
  document.title = page.title;
  keepOpen(document, page);
  document.querySelector('main').replaceWith(page.querySelector('main'));
  tick();
  const target = document.querySelector('main [data-focus]') ?? (focused && document.querySelector(focused)) ?? document.querySelector('main');
  target.focus();
}

document.addEventListener('change', event => {
  if (event.target.matches('[data-swap] select')) event.target.form.requestSubmit(event.target.form.querySelector('[value=update]'));
});
