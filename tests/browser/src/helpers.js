// What the tests ask of a page. It runs in each document before the page's own modules.
(() => {
  if (globalThis.tests) return;

  const seen = [];
  addEventListener('error', (event) => seen.push(`error: ${event.message ?? event.target}`));
  addEventListener('unhandledrejection', (event) => seen.push(`unhandled rejection: ${event.reason}`));
  addEventListener('securitypolicyviolation', (event) =>
    seen.push(`policy ${event.effectiveDirective}: ${event.blockedURI} ${event.sample} at ${event.sourceFile}:${event.lineNumber}`));

  const isShown = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && element.getClientRects().length > 0;
  /** Whether only screen readers meet it: it is clipped to nothing, or waits outside for the focus. */
  const isUnseen = (element) => {
    for (let it = element; it; it = it.parentElement) {
      const { clipPath, position } = getComputedStyle(it);
      const { width, height, right } = it.getBoundingClientRect();
      if (position === 'absolute' && (clipPath !== 'none' || right < 0 || (width <= 1 && height <= 1))) return true;
    }
    return false;
  };
  /** The dialog on top: the one with the focus, if there are several. */
  const dialog = () => {
    const open = [...document.querySelectorAll('dialog[open]')];
    return open.find((it) => it.contains(document.activeElement)) ?? open.at(-1) ?? null;
  };
  /** What people can act on: the open dialog, or the page. */
  const top = () => dialog() ?? document;
  const nameOf = (element) =>
    (element.getAttribute('aria-label') ?? (element.innerText || element.value || element.title || '')).replace(/\s+/g, ' ').trim();
  const find = (selector, pattern) =>
    [...top().querySelectorAll(selector)].filter((it) => isShown(it) && (!pattern || pattern.test(nameOf(it))));

  const describe = (element) => {
    const text = nameOf(element).slice(0, 40);
    const classes = typeof element.className === 'string' && element.className ? `.${element.className.trim().replace(/\s+/g, '.')}` : '';
    return `<${element.localName}${element.id ? `#${element.id}` : ''}${classes}> "${text}"`;
  };

  /** The boxes of what people see: texts, fields, buttons and pictures, each with its element. */
  const boxesIn = (root) => {
    const boxes = [];
    const add = (element, rects) => {
      for (const { left, top, right, bottom } of rects) {
        if (right - left > 1 && bottom - top > 1) boxes.push({ element, left, top, right, bottom });
      }
    };
    for (const element of root.querySelectorAll('*')) {
      if (!isShown(element) || isUnseen(element) || (element.closest('svg') && element.localName !== 'svg')) continue;
      if (element.closest('details:not([open])') && !element.closest('summary')) continue;
      if (['input', 'select', 'textarea', 'svg'].includes(element.localName)) add(element, element.getClientRects());
      for (const node of element.childNodes) {
        if (node.nodeType !== Node.TEXT_NODE || !node.data.trim()) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        add(element, range.getClientRects());
      }
    }
    return boxes;
  };

  /** Pairs of texts, fields or pictures that cover each other by more than two pixels. */
  const overlaps = (root) => {
    const faults = [];
    const boxes = boxesIn(root).sort((one, other) => one.top - other.top);
    boxes.forEach((one, i) => {
      for (let j = i + 1; j < boxes.length && boxes[j].top < one.bottom; j += 1) {
        const other = boxes[j];
        if (one.element.contains(other.element) || other.element.contains(one.element)) continue;
        const width = Math.min(one.right, other.right) - Math.max(one.left, other.left);
        const height = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
        if (width > 2 && height > 2) faults.push(`${describe(one.element)} and ${describe(other.element)} overlap by ${Math.round(width)} × ${Math.round(height)}`);
      }
    });
    return faults;
  };

  /** What does not fit: into the window, into its element, or without scrolling sideways. */
  const tooWide = (root) => {
    const faults = [];
    const { scrollWidth, clientWidth } = document.scrollingElement;
    if (scrollWidth > clientWidth) faults.push(`the page is ${scrollWidth} wide in a window of ${clientWidth}`);
    for (const element of root.querySelectorAll('*')) {
      if (!isShown(element) || isUnseen(element) || element.closest('svg')) continue;
      const { left, right } = element.getBoundingClientRect();
      if (right > innerWidth + 1 || left < -1) faults.push(`${describe(element)} reaches from ${Math.round(left)} to ${Math.round(right)}`);
      const clips = getComputedStyle(element).overflowX !== 'visible';
      if (element.localName !== 'input' && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0 && (clips || element.matches('button, .badge, .chip, .tag'))) {
        faults.push(`${describe(element)} has ${element.scrollWidth} pixels in ${element.clientWidth}`);
      }
    }
    return faults;
  };

  globalThis.tests = {
    /** Everything that is laid out wrongly. */
    layout: () => [...tooWide(top() === document ? document.body : top()), ...overlaps(top() === document ? document.body : top())].slice(0, 12),
    seen,
    isShown,
    isUnseen,
    dialog,
    text: () => (top().innerText ?? document.body.innerText).replace(/\s+/g, ' '),
    /** The one visible button, or what looks like one, whose name matches. */
    button: (pattern) => find('button, [role=button], summary, a.button', pattern)[0],
    link: (pattern) => find('a[href]', pattern)[0],
    field: (selector) => find(selector)[0],
    /** The field whose label begins with a text. */
    labelled: (pattern) => find('label', pattern)[0]?.control ?? null,
    rows: () => [...document.querySelectorAll('tr[data-name]')].filter(isShown),
    names: () => globalThis.tests.rows().map((row) => row.dataset.name),
    row: (name) => globalThis.tests.rows().find((row) => row.dataset.name === name),
    textOf: (name) => globalThis.tests.row(name)?.innerText.replace(/\s+/g, ' ') ?? '',
    /** What screen readers are told politely. */
    told: () => [...document.querySelectorAll('[role=status], [aria-live=polite]')].map((it) => it.textContent).join(' '),
  };
})();
