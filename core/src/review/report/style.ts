/** Colours by purpose. Text on each background has a contrast of 4.5 and more, lines of charts 3 and more: tests compute it. */
export const colours = {
  light: {
    ground: "#ffffff",
    raised: "#f4f6f8",
    text: "#1c2128",
    quiet: "#545d68",
    edge: "#d0d7de",
    link: "#0b57b0",
    main: "#0b62c4",
    other: "#8250a8",
    good: "#116329",
    warn: "#7d4e00",
    bad: "#b3231a",
    "good-ground": "#e3f5e6",
    "warn-ground": "#fdf3d8",
    "bad-ground": "#fdeaea",
    "band-even": "#e8edf3",
    "band-odd": "#f1f4f8",
  },
  dark: {
    ground: "#0f141a",
    raised: "#19202a",
    text: "#e7ebf0",
    quiet: "#a5b0bd",
    edge: "#394452",
    link: "#8ab8ff",
    main: "#6cb0ff",
    other: "#c9a2f2",
    good: "#7fdc93",
    warn: "#f0c75e",
    bad: "#ff9b92",
    "good-ground": "#11301b",
    "warn-ground": "#352a0c",
    "bad-ground": "#3d1715",
    "band-even": "#1e2733",
    "band-odd": "#161d26",
  },
} as const;

const properties = (scheme: keyof typeof colours) =>
  Object.entries(colours[scheme])
    .map(([name, value]) => `--${name}:${value};`)
    .join("");

/** The whole style of a report. It loads no external resources. */
export const style = `
:root{color-scheme:light dark;${properties("light")}}
@media screen and (prefers-color-scheme:dark){:root{${properties("dark")}}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;overflow-wrap:break-word}
.skip{position:absolute;left:-999px;top:0;padding:.5rem 1rem;background:var(--ground);color:var(--link)}
.skip:focus{left:0}
a{color:var(--link)}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
header,main,footer,nav{max-width:72rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2rem}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .25rem}
h2{font-size:1.25rem;margin:0 0 .75rem}
h3{font-size:1rem;margin:1.5rem 0 .5rem}
p{margin:.5rem 0;max-width:70ch}
ul{padding-left:1.25rem;margin:.5rem 0}
li{margin:.3rem 0;max-width:80ch}
.quiet,footer{color:var(--quiet);font-size:.9rem}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;padding:.6rem 0;margin:1rem 0 0;border-block:1px solid var(--edge);font-size:.92rem}
nav li{margin:0}
section{padding:1.75rem 0;border-bottom:1px solid var(--edge)}
section:last-of-type{border-bottom:0}
footer{padding:1rem 1.25rem 2.5rem;border-top:1px solid var(--edge)}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.875em}
code{background:var(--raised);padding:.05em .3em;border-radius:3px;overflow-wrap:anywhere;-webkit-box-decoration-break:clone;box-decoration-break:clone}
.tone{padding:.75rem 1rem;border-left:4px solid var(--edge);background:var(--raised);max-width:none}
.tone.good{border-color:var(--good);background:var(--good-ground)}
.tone.warn{border-color:var(--warn);background:var(--warn-ground)}
.tone.bad{border-color:var(--bad);background:var(--bad-ground)}
.tone code{background:none;padding:0}
#verdict .tone{font-size:1.15rem}
.scroll{overflow-x:auto;margin:.75rem 0}
table{border-collapse:collapse;width:100%;font-size:.9rem}
caption{text-align:left;color:var(--quiet);padding-bottom:.4rem}
th,td{text-align:left;vertical-align:top;padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--edge)}
thead th{font-weight:600;color:var(--quiet);white-space:nowrap}
tbody th{font-weight:600}
tbody th:not(.figure){min-width:11rem}
tbody tr:last-child>*{border-bottom:0}
.figure{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.timeline{list-style:none;margin:1rem 0;padding:0;display:grid;gap:.75rem}
@media (min-width:42rem){.timeline{grid-template-columns:1fr 1fr}}
@media (min-width:68rem){.timeline{grid-template-columns:none;grid-auto-flow:column;grid-auto-columns:minmax(0,1fr)}}
.timeline>li{border:1px solid var(--edge);border-top:4px solid var(--quiet);border-radius:4px;padding:.75rem 1rem;margin:0;max-width:none}
.timeline>.good{border-top-color:var(--good)}
.timeline>.warn{border-top-color:var(--warn)}
.timeline>.bad{border-top-color:var(--bad)}
.timeline h3{margin:0}
.timeline ul{font-size:.92rem}
.state{font-weight:600;font-size:.9rem;margin:.1rem 0}
.good>.state{color:var(--good)}.warn>.state{color:var(--warn)}.bad>.state{color:var(--bad)}
figure{margin:1rem 0 1.5rem}
figcaption{font-weight:600}
figure p{margin:.1rem 0 .4rem;color:var(--quiet);font-size:.92rem;max-width:none}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;padding:0;margin:.25rem 0;font-size:.88rem}
.legend li{margin:0}
.legend li::before{content:"";display:inline-block;width:1.1em;height:.25em;margin-right:.45em;vertical-align:.2em;background:currentColor}
.legend .main{color:var(--main)}.legend .other{color:var(--other)}.legend .bad{color:var(--bad)}
.chart{display:block;overflow:visible}
.chart text{font-size:12px;fill:var(--quiet);font-family:inherit;paint-order:stroke;stroke:var(--ground);stroke-width:3px;stroke-linejoin:round}
.chart .name{stroke:none}
.chart .name{fill:var(--text)}
.band-0{fill:var(--band-even)}.band-1{fill:var(--band-odd)}
.grid{stroke:var(--edge);stroke-width:1}
.line{fill:none;stroke-width:1.75;stroke-linejoin:round}
.area{opacity:.16;stroke:none}
.line.main{stroke:var(--main)}.area.main{fill:var(--main)}
.line.other{stroke:var(--other)}.area.other{fill:none}
.line.bad{stroke:var(--bad)}.area.bad{fill:var(--bad)}
.mark{stroke:var(--bad);stroke-width:2;fill:none}
details{margin:.4rem 0}
summary{cursor:pointer;color:var(--link);font-size:.9rem}
.diff{border:1px solid var(--edge);border-radius:6px;margin:.6rem 0;overflow:hidden}
.diff>p{margin:0;padding:.4rem .75rem;background:var(--raised);font-size:.9rem;max-width:none}
.diff>p code{background:none;padding:0}
pre{margin:0;padding:.5rem .75rem;overflow-x:auto;line-height:1.45;tab-size:2}
pre ins,pre del{display:block;text-decoration:none;margin:0 -.75rem;padding:0 .75rem;min-width:max-content}
pre ins{background:var(--good-ground)}
pre del{background:var(--bad-ground)}
.checks{list-style:none;padding-left:0}
.checks li{padding-left:1.6rem;text-indent:-1.6rem}
.box{display:inline-block;width:1.6rem;text-indent:0}
.sides{display:grid;gap:.75rem;grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr))}
.sides>div{min-width:0;border:1px solid var(--edge);border-radius:6px}
.sides p{margin:0;padding:.35rem .75rem;background:var(--raised);font-size:.9rem}
@media (max-width:40rem){body{font-size:15px}header,main,footer,nav{padding-inline:1rem}th,td{padding-right:.6rem}}
@media print{
body{font-size:10.5pt}nav,.skip{display:none}section{padding:.75rem 0}h2,h3{break-after:avoid}
tr,figure,.timeline>li,.diff,.tone{break-inside:avoid}caption,thead{break-after:avoid}details{display:none}
.timeline{display:block}.timeline>li{margin-bottom:.75rem}.scroll,pre{overflow:visible}pre{white-space:pre-wrap}
thead th{white-space:normal}pre ins,pre del{min-width:0}
.tone,.band,.diff ins,.diff del,.timeline>li,.line,.area{print-color-adjust:exact;-webkit-print-color-adjust:exact}
a{color:inherit;text-decoration:none}
}
`.trim();
