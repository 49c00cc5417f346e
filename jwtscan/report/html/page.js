(() => {
  "use strict";
  const root = document.documentElement;
  const at = (id) => document.getElementById(id);
  root.classList.add("js");

  // Theme: the system's, until somebody chooses.
  const theme = at("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);
  const name = () => { at("theme-name").textContent = isDark() ? "Light" : "Dark"; };
  const kept = (value) => {
    try {
      if (value) localStorage.setItem("jwtscan-theme", value);
      return localStorage.getItem("jwtscan-theme");
    } catch { return null; }
  };
  if (["dark", "light"].includes(kept())) root.dataset.theme = kept();
  theme.hidden = false;
  theme.addEventListener("click", () => { kept(root.dataset.theme = isDark() ? "light" : "dark"); name(); });
  dark.addEventListener("change", name);
  name();

  // Printing shows everything.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const one of closed) one.open = true;
  });
  addEventListener("afterprint", () => { for (const one of closed) one.open = false; });

  const opened = () => {
    const target = location.hash.length > 1 && !location.hash.includes("=") && at(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.tagName === "DETAILS") target.open = true;
    if (target.classList.contains("finding") && target.hidden) reset();
    target.scrollIntoView();
    (target.querySelector(":scope > summary") || target).focus({ preventScroll: true });
  };

  const form = at("filters");
  // When the page is there, browsers go to the place in the address themselves, and take the focus along.
  addEventListener("load", () => setTimeout(opened));
  if (!form) { addEventListener("hashchange", opened); return; }
  const cards = [...document.querySelectorAll(".finding")];
  const files = [...document.querySelectorAll(".file")];
  const search = at("search");
  const facets = [...form.querySelectorAll("fieldset")].map((set) => set.dataset.facet);
  const boxes = [...form.querySelectorAll("input")];
  const total = cards.length.toLocaleString("en");
  form.hidden = at("toolbar").hidden = false;
  if (matchMedia("(max-width: 1020px)").matches) at("facets").open = false;

  const texts = new Map();
  const textOf = (card) => {
    if (!texts.has(card)) texts.set(card, `${card.parentNode.firstChild.textContent} ${card.textContent}`.toLowerCase());
    return texts.get(card);
  };
  const chosen = () => {
    const found = {};
    for (const box of boxes) if (box.checked) (found[box.name] ||= new Set()).add(box.value);
    return found;
  };

  const show = () => {
    const wanted = chosen();
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const counts = {};
    let shown = 0;
    for (const card of cards) {
      const missed = facets.filter((facet) => wanted[facet] && !wanted[facet].has(card.dataset[facet]));
      const said = words.every((word) => textOf(card).includes(word));
      card.hidden = !said || missed.length > 0;
      shown += !card.hidden;
      // What a box would show counts the other facets, not its own.
      if (said) for (const facet of facets) {
        if (missed.every((one) => one === facet)) {
          const key = `${facet}=${card.dataset[facet]}`;
          counts[key] = (counts[key] || 0) + 1;
        }
      }
    }
    for (const file of files) file.hidden = !file.querySelector(".finding:not([hidden])");
    for (const box of boxes) {
      const number = counts[`${box.name}=${box.value}`] || 0;
      box.parentNode.lastChild.textContent = number.toLocaleString("en");
      box.parentNode.classList.toggle("none", !number);
    }
    const some = words.length > 0 || Object.keys(wanted).length > 0;
    at("shown").textContent = some ? `${shown.toLocaleString("en")} of ${total} findings` : `${total} finding${cards.length === 1 ? "" : "s"}`;
    at("reset").hidden = !some;
    at("none").hidden = shown > 0;
  };

  const write = () => {
    const state = new URLSearchParams();
    if (search.value) state.set("q", search.value);
    for (const [facet, values] of Object.entries(chosen())) for (const value of values) state.append(facet, value);
    history.replaceState(null, "", state.size ? `#${state}` : location.pathname + location.search);
  };
  const read = () => {
    const state = new URLSearchParams(location.hash.slice(1));
    search.value = state.get("q") || "";
    for (const box of boxes) box.checked = state.getAll(box.name).includes(box.value);
    show();
  };
  const changed = () => { show(); write(); };
  const reset = () => {
    search.value = "";
    for (const box of boxes) box.checked = false;
    changed();
  };

  form.addEventListener("change", changed);
  form.addEventListener("submit", (event) => event.preventDefault());
  search.addEventListener("input", changed);
  at("reset").addEventListener("click", () => { reset(); search.focus(); });
  at("unfold").addEventListener("click", () => {
    const open = at("unfold").textContent === "Open all";
    for (const card of cards) if (!card.hidden || !open) card.open = open;
    at("unfold").textContent = open ? "Close all" : "Open all";
  });
  if (cards.every((card) => card.open)) at("unfold").textContent = "Close all";
  for (const link of document.querySelectorAll("a[data-facet]")) {
    const box = boxes.find((one) => one.name === link.dataset.facet && one.value === link.dataset.value);
    if (!box) continue;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      for (const one of boxes) one.checked = one === box;
      search.value = "";
      changed();
      at("findings").scrollIntoView();
      search.focus({ preventScroll: true });
    });
  }

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target === search;
    if (event.key === "Escape" && typing) {
      if (search.value) { search.value = ""; changed(); } else search.blur();
      event.preventDefault();
    } else if (event.key === "/" && !typing) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if ((event.key === "j" || event.key === "k") && !typing) {
      const heads = cards.filter((card) => !card.hidden).map((card) => card.firstChild);
      const here = heads.indexOf(document.activeElement?.closest(".finding")?.firstChild);
      const next = heads[event.key === "j" ? here + 1 : Math.max(here - 1, 0)];
      if (next) { next.focus({ preventScroll: true }); next.scrollIntoView({ block: "center" }); }
    }
  });
  addEventListener("hashchange", () => (location.hash.includes("=") ? read() : opened()));
  if (location.hash.includes("=")) read();
})();
