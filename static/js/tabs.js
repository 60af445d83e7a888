// Brings the open view of a scrolling row of tabs into sight on phones.

for (const row of document.querySelectorAll(".filters")) {
  const here = row.querySelector("[aria-current]");
  if (here) row.scrollLeft += here.getBoundingClientRect().left - row.getBoundingClientRect().left - 16;
}
