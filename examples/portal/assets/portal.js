// Live updates, uploads and dialogs; every page works without it.
'use strict';

const root = document.documentElement;
const words = JSON.parse(document.getElementById('words').textContent);
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

// A problem stays until it is over or closed.

const box = document.getElementById('problem');
box.querySelector('button').addEventListener('click', () => box.hidden = true);

function problem(text, link) {
  const line = box.querySelector('p');
  line.textContent = text;
  if (link) {
    const a = document.createElement('a');
    [a.href, a.target, a.textContent] = ['/login?next=/login', '_blank', link];
    line.append(' ', a);
  }
  box.hidden = !text;
}

function ended() { problem(words['Your session has ended. What you typed stays here: log in, then go on.'], words['Log in in a new window']); }

// Live updates: fetch the page again and exchange the parts that say how things stand. What somebody types is never among them.

let fetching = false, again = false;
const shown = new Map(); // each part as the portal sent it last

function take() { for (const part of document.querySelectorAll('[data-live-part]')) shown.set(part.id, part.innerHTML); }
take();

async function refresh() {
  if (fetching) { again = true; return; }
  fetching = true;
  try {
    const response = await fetch(location.href);
    if (response.redirected && new URL(response.url).pathname === '/login') ended();
    else if (response.ok) { problem(''); update(await parsed(response)); }
  } catch { /* the stream tells when the portal is back */ }
  fetching = false;
  if (again) { again = false; refresh(); }
}

function update(page) {
  ahead = Date.parse(page.documentElement.dataset.now) - Date.now();
  let changed = false;
  for (const part of document.querySelectorAll('[data-live-part]')) {
    const fresh = page.getElementById(part.id);
    if (!fresh || fresh.innerHTML === shown.get(part.id)) continue;
    if ('defer' in part.dataset) { defer(part, fresh); continue; }
    shown.set(part.id, fresh.innerHTML);
    const focused = part.contains(document.activeElement) ? handle(document.activeElement) : null;
    keepOpen(part, fresh);
    part.replaceWith(fresh);
    if (focused) document.querySelector(focused)?.focus();
    changed = true;
  }
  document.title = page.title;
  if (!changed) return;
  tick();
  localise();
  const clock = page.querySelector('.clock time');
  if (clock) document.querySelector('.clock time')?.replaceWith(clock);
  const headline = document.querySelector('[data-headline]');
  document.getElementById('news').textContent = headline ? words['Updated:'] + ' ' + headline.textContent : words['The list has been updated.'];
  const version = document.querySelector('form input[name=version]');
  const stale = document.querySelector('[data-stale]');
  if (stale && version) stale.hidden = version.value === document.querySelector('[data-version]').dataset.version;
}

// Rows do not move under somebody's finger: what is new waits until it is asked for.
function defer(part, fresh) {
  const note = document.getElementById('fresh');
  note.hidden = false;
  const before = new Set([...part.querySelectorAll('th a')].map(a => a.pathname));
  const fresher = [...fresh.querySelectorAll('th a')].filter(a => !before.has(a.pathname)).length;
  if (fresher) note.querySelector('button').textContent = words['{n} new. Show them.'].replace('{n}', fresher);
  note.querySelector('button').onclick = () => {
    shown.set(part.id, fresh.innerHTML);
    part.replaceWith(fresh);
    note.hidden = true;
    tick();
    localise();
    fresh.querySelector('a')?.focus();
  };
  document.getElementById('news').textContent = note.textContent;
}

function keepOpen(before, after) {
  for (const open of before.querySelectorAll('details[open][id]')) {
    after.querySelector('#' + CSS.escape(open.id))?.setAttribute('open', '');
  }
}

let stream = null, streamed = false, pause = 2000, retry = 0;

function live(yes) {
  root.dataset.streaming = yes ? 'yes' : 'no';
  document.getElementById('offline').hidden = yes;
}

function listen() {
  clearTimeout(retry);
  if (!root.dataset.live || document.hidden || stream) return;
  stream = new EventSource(root.dataset.live);
  stream.onopen = () => {
    if (streamed) refresh();
    streamed = true;
    pause = 2000;
    live(true);
  };
  stream.onmessage = refresh;
  stream.onerror = () => {
    live(false);
    if (stream?.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    hush();
    refresh();
    retry = setTimeout(listen, pause);
    pause = Math.min(2 * pause, 60000);
  };
}

function hush() {
  clearTimeout(retry);
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
    const left = Math.round((Date.parse(element.dateTime) - Date.now() - ahead) / 1000);
    element.textContent = left > 0 ? words.in.replace('{span}', span(left)) : words.now;
    if (left === 0) setTimeout(refresh, 1000);
  }
  for (const meter of document.querySelectorAll('meter')) meter.value = (Date.now() + ahead) / 1000;
}

// As words.Until has it: what is left over counts as a whole unit.
function span(seconds) {
  const left = Math.ceil(seconds / (seconds >= 86400 ? 3600 : seconds >= 3600 ? 60 : 1)) * (seconds >= 86400 ? 3600 : seconds >= 3600 ? 60 : 1);
  const parts = [[words.days, Math.floor(left / 86400)], [words.hours, Math.floor(left / 3600) % 24], [words.minutes, Math.floor(left / 60) % 60], [words.seconds, left % 60]];
  const first = Math.max(0, parts.findIndex(([, n]) => n > 0));
  return parts.slice(first, first + 2).filter(([, n]) => n > 0).map(([text, n]) => counted(text, n)).join(words.space);
}

// Fills a text such as "{n|day|days}".
function counted(text, n) {
  return text.replace(/\{n((?:\|[^|{}]*)*)\}/, (_, forms) => forms ? n + ' ' + (n === 1 ? forms.split('|')[1] : forms.split('|').pop()) : n);
}

// Instants in the reader's own time; the portal's is what shows when pointing at them, and what a document has.
function localise() {
  const format = new Intl.DateTimeFormat(root.dataset.locale, { dateStyle: 'medium', timeStyle: 'short' });
  for (const element of document.querySelectorAll('time[datetime]:not([data-countdown], [title], .document *)')) {
    element.title = element.textContent;
    element.textContent = format.format(new Date(element.dateTime));
  }
}

setInterval(tick, 1000);
tick();
localise();

// Files go up one at a time as soon as they are chosen; the form then holds what refers to them.

let uploads = Promise.resolve();

document.addEventListener('change', event => {
  const input = event.target;
  if (input.type !== 'file' || !input.form?.matches('[data-ask]')) return;
  for (const file of [...input.files]) uploads = uploads.then(() => upload(input, file));
  input.value = '';
});

function upload(input, file) {
  const line = document.createElement('p'), bar = document.createElement('progress');
  line.className = 'uploading';
  bar.setAttribute('aria-label', file.name);
  line.append(file.name + ' ', bar);
  input.before(line);
  const data = new FormData();
  for (const name of ['operation', 'key']) data.set(name, input.form.elements[name].value);
  data.set('confirm', 'upload');
  data.set('input', input.name);
  data.set(input.name, file);
  return new Promise(done => {
    const request = new XMLHttpRequest();
    request.upload.onprogress = event => { bar.max = event.total; bar.value = event.loaded; };
    request.onload = () => {
      if (request.status === 401) { ended(); failed(); return; }
      const answer = new DOMParser().parseFromString(request.responseText, 'text/html');
      const shown = [...answer.body.querySelectorAll('.kept, .fault')];
      if (shown.length === 0) { failed(); return; }
      if (!input.multiple && shown[0].matches('.kept')) input.parentElement.querySelectorAll('.kept').forEach(old => old.remove());
      line.replaceWith(...shown.map(e => document.adoptNode(e)));
      changed(input.form);
      done();
    };
    const failed = () => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = words['Try again'];
      button.addEventListener('click', () => { line.remove(); uploads = uploads.then(() => upload(input, file)); });
      bar.replaceWith(words['could not be sent.'] + ' ', button);
      done();
    };
    request.onerror = failed;
    request.open('POST', input.form.getAttribute('action'));
    request.send(data);
  });
}

// What is typed is kept in the portal until it is sent.

let unkept = null, keeping = 0;

function changed(form) {
  clearTimeout(keeping);
  unkept = form;
  keeping = setTimeout(keep, 1500);
}

function keep() {
  clearTimeout(keeping);
  const form = unkept;
  unkept = null;
  if (!form?.isConnected) return;
  const data = new FormData(form);
  for (const [name, value] of [...data]) {
    if (value instanceof File) { // what refers to files stays
      const refs = data.getAll(name).filter(other => typeof other === 'string');
      data.delete(name);
      for (const ref of refs) data.append(name, ref);
    }
  }
  data.set('confirm', 'draft');
  fetch(form.getAttribute('action'), { method: 'POST', body: data, keepalive: true }).catch(() => {});
}

document.addEventListener('input', event => { if (event.target.form?.matches('[data-ask]') && event.target.type !== 'file') changed(event.target.form); });
addEventListener('pagehide', keep);

// Forms: what the portal answers to a form without a script is shown without leaving the page; what it asks, as a dialog.

document.addEventListener('submit', async event => {
  const form = event.target;
  if (form.matches('[data-confirmation]')) { unkept = null; setTimeout(() => form.querySelector('button').disabled = true); }
  if (event.submitter?.value === 'discard') { unkept = null; return; }
  if (!form.matches('[data-ask], [data-swap]')) return;
  event.preventDefault();
  if (form.getAttribute('aria-busy') === 'true') return;
  form.setAttribute('aria-busy', 'true');
  unkept = null;
  await uploads;
  try {
    const data = new FormData(form, event.submitter), body = form.matches('[data-ask]') ? data : new URLSearchParams(data);
    const response = await fetch(form.getAttribute('action'), { method: 'POST', body });
    if (response.redirected) { location.assign(response.url); return; }
    if (response.status === 401) {
      ended();
    } else {
      problem('');
      const page = await parsed(response), question = page.querySelector('form[data-confirmation]');
      if (question) ask(question, form); else swap(page, form.matches('[data-swap]') ? handle(event.submitter) : null);
    }
  } catch {
    problem(words['The portal cannot be reached. Nothing has been sent, and nothing is lost.']);
    if (form.matches('[data-ask]')) unkept = form;
  }
  form.removeAttribute('aria-busy');
});

function ask(question, form) {
  for (const fault of form.querySelectorAll('[role=alert], .fault')) fault.remove(); // they are mended
  for (const field of form.querySelectorAll('.faulty')) field.classList.remove('faulty');
  for (const input of form.querySelectorAll('[aria-invalid]')) input.removeAttribute('aria-invalid');
  const dialog = document.createElement('dialog');
  dialog.setAttribute('aria-labelledby', 'confirm-title');
  dialog.append(document.adoptNode(question));
  dialog.addEventListener('close', () => dialog.remove());
  dialog.querySelector('[data-cancel]').addEventListener('click', event => { event.preventDefault(); dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector('[data-first]').focus(); // never what cannot be taken back
  tick();
}

function swap(page, focused) {
  document.title = page.title;
  keepOpen(document, page);
  document.querySelector('main').replaceWith(page.querySelector('main'));
  take();
  tick();
  localise();
  offerTexts();
  const target = document.querySelector('main [data-focus]') ?? (focused && document.querySelector(focused)) ?? document.querySelector('main');
  target.focus();
}

document.addEventListener('change', event => {
  if (event.target.matches('[data-swap] select')) event.target.form.requestSubmit(event.target.form.querySelector('[value=update]'));
});

// Texts that are used again.
function offerTexts() { for (const box of document.querySelectorAll('[data-canned]')) box.hidden = false; }
document.addEventListener('change', event => {
  const box = event.target.closest('[data-canned]'), text = box && document.getElementById(box.dataset.canned);
  if (!text || !box.value) return;
  text.value = box.value;
  box.value = '';
  text.focus();
  text.dispatchEvent(new Event('input', { bubbles: true }));
});
offerTexts();

document.querySelector('[data-print]')?.addEventListener('click', () => print());

// Printing shows what is folded away on the screen.
addEventListener('beforeprint', () => document.querySelectorAll('details:not([open])').forEach(e => { e.open = true; e.dataset.printed = 'yes'; }));
addEventListener('afterprint', () => document.querySelectorAll('details[data-printed]').forEach(e => { e.open = false; delete e.dataset.printed; }));
