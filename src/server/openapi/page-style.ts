/** Of the pages of documentation: to be read, searched in the browser and printed, on wide and narrow screens, light and dark. */
export const PAGE_STYLE = `:root { color-scheme: light dark; --bg: #fbfbfa; --card: #fff; --text: #1c2024; --dim: #5b6470; --line: #e1e4e8; --link: #1f5fbf; --code: #f1f3f5;
  --get: #1d6f42; --post: #1f5fbf; --put: #8a5406; --patch: #8a5406; --delete: #b3132b; }
@media (prefers-color-scheme: dark) { :root { --bg: #14171a; --card: #1b1f23; --text: #e6e8ea; --dim: #9aa4af; --line: #2c3238; --link: #7fb0f5; --code: #23282d;
  --get: #6fcf97; --post: #7fb0f5; --put: #e2b363; --patch: #e2b363; --delete: #ff8b94; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 1rem; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; background: var(--bg); color: var(--text); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
a { color: var(--link); text-underline-offset: .15em; text-decoration-thickness: 1px; }
a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 2px; }
code, pre { font: .86em/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
code { background: var(--code); border-radius: 4px; padding: .1em .3em; overflow-wrap: anywhere; }
pre { background: var(--code); border-radius: 8px; padding: .8rem 1rem; white-space: pre-wrap; overflow-wrap: anywhere; margin: .4rem 0 0; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .5rem; } h2 { font-size: 1.3rem; margin: 2.6rem 0 .6rem; }
h3 { font-size: 1rem; margin: 0; display: flex; flex-wrap: wrap; gap: .3rem .7rem; align-items: baseline; font-weight: 600; }
h4 { font-size: .82rem; color: var(--dim); margin: 1rem 0 0; font-weight: 600; }
.dim { color: var(--dim); } p { margin: .4rem 0; max-width: 46rem; }
.frame { display: grid; grid-template-columns: 15rem minmax(0, 1fr); max-width: 84rem; margin: 0 auto; }
nav { position: sticky; top: 0; align-self: start; height: 100vh; overflow-y: auto; padding: 2rem 1rem 2rem 1.5rem; font-size: .88rem; border-right: 1px solid var(--line); }
nav p { font-weight: 600; margin: 1.1rem 0 .2rem; } nav ul { list-style: none; margin: 0; padding: 0; } nav li { margin: .15rem 0; overflow-wrap: anywhere; }
nav a { color: var(--dim); text-decoration: none; } nav a:hover { color: var(--text); text-decoration: underline; }
main { padding: 2.2rem 2.4rem 5rem; min-width: 0; } main.single { max-width: 46rem; margin: 0 auto; }
.route { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.2rem 1.1rem; margin: .8rem 0; }
.route:target { border-color: var(--link); }
.method { font: 700 .78rem/1 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; letter-spacing: .03em; }
.GET { color: var(--get); } .POST { color: var(--post); } .PUT { color: var(--put); } .PATCH { color: var(--patch); } .DELETE { color: var(--delete); }
.path { font: .92rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.id { font-weight: 400; font-size: .8rem; color: var(--dim); margin-left: auto; text-decoration: none; }
table { border-collapse: collapse; width: 100%; margin: .3rem 0 0; font-size: .92rem; } th { text-align: left; color: var(--dim); font-size: .8rem; font-weight: 600; white-space: nowrap; }
td, th { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
tr:last-child td { border-bottom: 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .4rem 1.4rem; margin: 1.2rem 0; } dt { color: var(--dim); } dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 52rem) { .frame { display: block; } nav { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line); columns: 2; padding: 1.2rem; }
  main { padding: 1.4rem 1rem 3rem; } .id { margin-left: 0; } nav p { break-after: avoid; } }
@media print { nav { display: none; } .frame { display: block; } .route { break-inside: avoid; } }
`;
