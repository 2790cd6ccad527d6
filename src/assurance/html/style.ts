import { HTML_STYLE } from '../../scan/reporters/html-style.ts';

/** The style sheet of the assurance report: that of the scan report, and what a page to be read through needs. */
export const ASSURANCE_STYLE = `${HTML_STYLE}
:root { --yes: var(--clean); --conditionally: var(--medium); --not-yet: var(--high); --no: var(--critical); }
main.assurance { max-width: 60rem; padding-top: 2.5rem; }
.assurance header { margin-bottom: 1.25rem; }
.assurance .kind { color: var(--dim); font-size: .8rem; font-weight: 600; letter-spacing: .08em; text-transform: uppercase; margin: 0; }
.assurance h1 { font-size: 2rem; line-height: 1.2; margin: .15rem 0 .4rem; overflow-wrap: anywhere; }
.assurance h2 { font-size: 1.25rem; margin: 0 0 .25rem; }
.assurance h3 { font-size: 1rem; margin: 1.25rem 0 .3rem; }
.assurance section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.25rem 1.4rem; margin: 1.1rem 0; }
.lead { color: var(--dim); margin: 0 0 .9rem; max-width: 46rem; }
.yes { --tone: var(--yes); } .conditionally { --tone: var(--conditionally); } .not-yet { --tone: var(--not-yet); } .no { --tone: var(--no); }
.verified { --tone: var(--clean); } .not-verified { --tone: var(--medium); } .invalid { --tone: var(--critical); }
.same { --tone: var(--clean); } .differs, .missing { --tone: var(--critical); } .no-digest { --tone: var(--medium); }
.assurance section.answer { border-left: 8px solid var(--tone); padding: 1.5rem 1.6rem 1.2rem; }
.answer .question { color: var(--dim); font-size: 1rem; font-weight: 600; margin: 0; }
.answer .word { color: var(--tone); font-size: 2rem; font-weight: 700; line-height: 1.25; margin: .1rem 0 .2rem; }
.answer .sentence { font-size: 1.05rem; max-width: 46rem; margin: 0 0 1rem; }
.reasons { list-style: none; margin: 0; padding: 0; }
.reasons li { display: grid; grid-template-columns: 6.2rem 1fr; gap: .1rem .9rem; padding: .55rem 0; border-top: 1px solid var(--line); }
.reasons .weight { color: var(--tone); font-weight: 600; font-size: .875rem; padding-top: .08rem; }
.reasons p { margin: 0; overflow-wrap: anywhere; }
.reasons .origin { grid-column: 2; }
.blocks { --tone: var(--no); } .undecided { --tone: var(--not-yet); } .open { --tone: var(--conditionally); } .supports { --tone: var(--yes); }
.origin { color: var(--dim); font-size: .8rem; }
.assurance .tiles { grid-template-columns: repeat(3, 1fr); margin: 1.1rem 0; }
@media screen and (min-width: 60rem) { .assurance .tiles { grid-template-columns: repeat(6, 1fr); } }
.assurance .tile b { font-size: 1.15rem; overflow-wrap: anywhere; }
.assurance .tile span { color: var(--dim); font-size: .85rem; }
nav.contents { margin: 1.1rem 0; font-size: .9rem; display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; }
.assurance a { color: var(--low); text-underline-offset: .15em; }
.assurance a:focus-visible { outline: 2px solid var(--low); outline-offset: 2px; border-radius: 2px; }
.assurance table { margin-top: .7rem; }
.assurance caption { text-align: left; color: var(--dim); font-size: .85rem; padding: .2rem 0 .4rem; }
.assurance th { color: var(--dim); font-size: .8rem; font-weight: 600; white-space: nowrap; }
.assurance td, .assurance th { padding: .4rem .9rem .4rem 0; }
.assurance tr:last-child td { border-bottom: 0; }
.assurance td.number, .assurance th.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.assurance td.hash { font: .75rem/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; min-width: 17.5em; word-break: break-all; }
.assurance td.path { overflow-wrap: anywhere; min-width: 10.2rem; }
.facts { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .35rem 1.2rem; margin: .4rem 0 0; }
.facts dt { color: var(--dim); } .facts dd { margin: 0; overflow-wrap: anywhere; }
.unknown { color: var(--dim); font-style: italic; }
.assurance .finding:first-of-type { border-top: 0; padding-top: .2rem; }
.assurance .finding h3 { margin-top: 0; }
.assurance .finding p { overflow-wrap: anywhere; }
.places { margin: .4rem 0; padding-left: 1.1rem; } .places li { margin: .15rem 0; overflow-wrap: anywhere; }
.todo { margin: 0; padding-left: 1.3rem; } .todo li { margin: .5rem 0; overflow-wrap: anywhere; }
.todo b { font-weight: 600; }
.command { margin: .6rem 0; } .command p { margin: 0 0 .15rem; color: var(--dim); font-size: .9rem; }
.command code { display: block; padding: .5rem .7rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.assurance footer { color: var(--dim); font-size: .85rem; margin-top: 1.5rem; }
@media screen and (max-width: 44rem) {
  .assurance .tiles { grid-template-columns: 1fr 1fr; }
  main.assurance { padding: 1.25rem .8rem 3rem; }
  .assurance section, .assurance section.answer { padding: 1rem; }
  .reasons li { grid-template-columns: 1fr; } .reasons .origin { grid-column: 1; }
  .facts { grid-template-columns: 1fr; gap: 0; } .facts dd { margin-bottom: .5rem; }
  .assurance thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .assurance table, .assurance caption, .assurance tbody, .assurance tr, .assurance td { display: block; }
  .assurance tr { border-bottom: 1px solid var(--line); padding: .5rem 0; } .assurance tr:last-child { border-bottom: 0; }
  .assurance td, .assurance td.number { border: 0; padding: .12rem 0; text-align: left; min-width: 0; }
  .assurance td[data-label]::before { content: attr(data-label) " "; color: var(--dim); font: 600 .8rem system-ui, sans-serif; }
}
@page { size: A4; margin: 16mm 14mm; }
@media print {
  :root { color-scheme: light; --bg: #fff; --card: #fff; --text: #1b1f24; --dim: #4d5661; --line: #d5dae0; --critical: #b3132b; --high: #b93d0a;
    --medium: #8a5406; --low: #1d5fbf; --info: #4d5661; --malicious: #b3132b; --suspicious: #b93d0a; --inconclusive: #7c4a03; --clean: #15713a; --code: #f0f2f5; }
  html { font-size: 13px; } body { font-size: 13px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main.assurance { max-width: none; padding: 0; }
  nav.contents { display: none; }
  .assurance section { border: 0; border-top: 1px solid var(--line); border-radius: 0; padding: .9rem 0 0; margin: .9rem 0; }
  .assurance section.answer { border: 1px solid var(--line); border-left: 8px solid var(--tone); border-radius: 8px; padding: 1rem 1.2rem .6rem; }
  .assurance h2, .assurance h3, caption { break-after: avoid; } .lead { break-after: avoid; }
  .finding, .reasons li, .command, tr, .todo li, .tiles { break-inside: avoid; }
  thead { display: table-header-group; }
}
`;
