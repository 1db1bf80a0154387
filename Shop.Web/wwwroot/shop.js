// What pages do beyond plain HTML. Everything here has a way without script.
'use strict';
(() => {
  const firstWait = 3000;
  const longestWait = 30000;
  let wait = firstWait;
  let retry = null;
  let stream = null;

  // The order page: when the order's state changes, fetch the page again and put its new content in place.
  const follow = () => {
    const order = document.getElementById('order');
    const address = order?.dataset.orderEvents ?? null;
    if (!order) clearTimeout(retry);
    if (stream && stream.address === address) return;
    stream?.source.close();
    stream = null;
    if (!address) return;
    const source = new EventSource(address);
    stream = { source, address };
    const changed = event => {
      const now = document.getElementById('order');
      const version = JSON.parse(event.data).version;
      if (now && String(version) !== now.dataset.version) refresh();
    };
    source.addEventListener('status', changed);
    source.addEventListener('open', () => { wait = firstWait; });
    // A browser reconnects by itself, except after an answer that is no stream. The page then tells whether the order is
    // at its end, where nothing is left to follow, or the service was away.
    source.addEventListener('error', () => {
      if (source.readyState !== EventSource.CLOSED || stream?.source !== source) return;
      stream = null;
      refreshLater();
    });
  };

  const refreshLater = () => {
    clearTimeout(retry);
    retry = setTimeout(refresh, wait);
    wait = Math.min(wait * 2, longestWait);
  };

  // Who reads with a screen reader hears the new state, and who was inside the old section is inside the new one.
  const replaceOrder = (old, fresh) => {
    const wasInside = old.contains(document.activeElement);
    old.replaceWith(fresh);
    document.getElementById('order-news').textContent = fresh.querySelector('[data-status]').textContent;
    if (!wasInside) return;
    fresh.tabIndex = -1;
    fresh.focus({ preventScroll: true });
  };

  let refreshing = false;
  let again = false;
  const refresh = async () => {
    if (refreshing) { again = true; return; }
    refreshing = true;
    try {
      const response = await fetch(location.href, { headers: { accept: 'text/html' } });
      if (response.status >= 500 || response.status === 429) refreshLater();
      if (!response.ok) return;
      const page = new DOMParser().parseFromString(await response.text(), 'text/html');
      const fresh = page.getElementById('order');
      const old = document.getElementById('order');
      if (!fresh || !old) return;
      // What the customer has chosen in a form stays while nothing has changed.
      const same = fresh.dataset.version === old.dataset.version && fresh.dataset.orderEvents === old.dataset.orderEvents;
      if (!same) replaceOrder(old, document.adoptNode(fresh));
      start();
    } catch {
      refreshLater();
    } finally {
      refreshing = false;
      if (again) { again = false; refresh(); }
    }
  };

  // The number on the cart.
  const countCart = async () => {
    const badge = document.querySelector('[data-cart-badge]');
    if (!badge) return;
    const response = await fetch('/api/cart', { headers: { accept: 'application/json' } });
    if (!response.ok) return;
    const cart = await response.json();
    const units = (cart.items ?? []).reduce((sum, line) => sum + line.quantity, 0);
    badge.hidden = units === 0;
    badge.replaceChildren(document.createTextNode(units > 99 ? '99+' : String(units)));
    const words = document.createElement('span');
    words.className = 'visually-hidden';
    words.textContent = ' ' + badge.dataset.label;
    badge.append(words);
  };

  const showTimes = () => {
    for (const time of document.querySelectorAll('time[data-local]')) {
      time.textContent = new Date(time.dateTime).toLocaleString(document.documentElement.lang, { dateStyle: 'medium', timeStyle: 'short' });
    }
  };

  // Only now it is a field with a list: without script there is nothing in it.
  const offerSuggestions = () => {
    for (const field of document.querySelectorAll('[data-suggest]')) field.setAttribute('list', field.dataset.suggest);
  };

  const start = () => { follow(); showTimes(); offerSuggestions(); };

  const load = () => { start(); countCart().catch(() => {}); };

  // A second click while a form is under way sends nothing. Coming back to the page makes it usable again.
  document.addEventListener('submit', event => {
    const form = event.target;
    if (!form.hasAttribute('data-once')) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = 'yes';
  });
  addEventListener('pageshow', () => {
    for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
  });

  // Suggestions for a search are the options of the field's list, which the browser shows. Answers that come late are left.
  let asked = 0;
  let typing = null;
  const suggest = async field => {
    const number = ++asked;
    const text = field.value.trim();
    const query = new URLSearchParams({ q: text, limit: 8, lang: document.documentElement.lang });
    const response = text ? await fetch('/api/products/suggestions?' + query) : null;
    const items = response?.ok ? (await response.json()).items : [];
    if (number !== asked) return;
    field.list.replaceChildren(...items.map(item => {
      const option = document.createElement('option');
      option.value = item.text;
      return option;
    }));
  };
  document.addEventListener('input', event => {
    const field = event.target;
    // An input without a type of input is the choice of an option.
    if (!field.hasAttribute?.('data-suggest') || !event.inputType || event.isComposing) return;
    clearTimeout(typing);
    typing = setTimeout(() => suggest(field).catch(() => {}), 150);
  });
  document.addEventListener('compositionend', event => {
    if (event.target.hasAttribute?.('data-suggest')) suggest(event.target).catch(() => {});
  });

  document.documentElement.classList.add('script');
  load();
  globalThis.Blazor?.addEventListener('enhancedload', load);
})();
