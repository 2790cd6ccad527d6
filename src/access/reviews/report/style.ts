/** The style sheet of the report; its digest is in the page's content security policy. Prints in black on white, rows unbroken. */
export const REPORT_STYLE = `
:root { color-scheme: light dark; --bg: #f6f7f9; --card: #fff; --text: #1b1f24; --dim: #5b6570; --line: #dfe3e8;
  --good: #15713a; --bad: #b3132b; --open: #7c4a03; --link: #1d5fbf; --code: #f0f2f5; }
@media (prefers-color-scheme: dark) { :root { --bg: #0f1216; --card: #171b21; --text: #e6e9ed; --dim: #98a2ad; --line: #2a3038;
  --good: #5fd18a; --bad: #ff6b7d; --open: #e8bf4a; --link: #79b0ff; --code: #20262e; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--text); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
.kind { color: var(--dim); font-size: .8rem; font-weight: 600; letter-spacing: .08em; text-transform: uppercase; margin: 0; }
h1 { font-size: 2rem; line-height: 1.2; margin: .15rem 0 .4rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 0 0 .5rem; }
p { margin: .3rem 0; max-width: 48rem; }
.dim { color: var(--dim); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.25rem 1.4rem; margin: 1.1rem 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .75rem; margin: 1.1rem 0; padding: 0; list-style: none; }
.tiles li { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: .7rem .9rem; }
.tiles b { display: block; font-size: 1.5rem; line-height: 1.3; color: var(--tone, inherit); font-variant-numeric: tabular-nums; }
.tiles span { color: var(--dim); font-size: .85rem; }
.certified { --tone: var(--good); } .revoked { --tone: var(--bad); } .undecided { --tone: var(--open); }
.badge { color: var(--tone, var(--dim)); border: 1px solid currentColor; border-radius: 6px; padding: 0 .45rem; font-size: .8rem;
  font-weight: 600; white-space: nowrap; }
dl { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .35rem 1.2rem; margin: .4rem 0 0; }
dl + p { margin-top: .9rem; }
dt { color: var(--dim); } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin-top: .4rem; }
caption { text-align: left; color: var(--dim); font-size: .85rem; padding: .2rem 0 .4rem; }
td, th { text-align: left; padding: .4rem .9rem .4rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; vertical-align: top; }
th { color: var(--dim); font-size: .8rem; font-weight: 600; }
tr:last-child td { border-bottom: 0; }
td.number, th.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.id { font: .75rem/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; color: var(--dim); word-break: break-all; }
ul.why { margin: .2rem 0 0; padding-left: 1.1rem; color: var(--dim); font-size: .875rem; }
code { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: var(--code); padding: .1em .35em;
  border-radius: 4px; overflow-wrap: anywhere; }
footer { color: var(--dim); font-size: .85rem; margin-top: 1.5rem; }
@media screen and (max-width: 44rem) {
  main { padding: 1.25rem .8rem 3rem; } section { padding: 1rem; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, caption, tbody, tr, td { display: block; } tr { border-bottom: 1px solid var(--line); padding: .5rem 0; } td, td.number { border: 0; padding: .1rem 0; text-align: left; }
  td::before { content: attr(data-label) ": "; color: var(--dim); font-size: .8rem; font-weight: 600; }
  dl { grid-template-columns: 1fr; } dd { margin-bottom: .3rem; }
}
@media print {
  :root { color-scheme: light; --bg: #fff; --card: #fff; --text: #000; --dim: #444; --line: #bbb; --good: #15713a; --bad: #b3132b; --open: #7c4a03; }
  main { max-width: none; padding: 0; } section { border: 0; padding: 0; } thead { display: table-header-group; }
  tr { break-inside: avoid; } h2 { break-after: avoid; }
}
`;
