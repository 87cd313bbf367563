/** The thread that draws: loads the libraries, draws what it was started with, and ends. */
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { Resvg } from '@resvg/resvg-js';
import { BarChart, CandlestickChart, LineChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent, MarkPointComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { ChartSpec } from '../ports/chart.ts';
import { chartOptions, FONT } from './chart-options.ts';

const SIZE = { width: 960, height: 600 };
/** Twice as fine, for screens of telephones. */
const ZOOM = 2;

use([BarChart, CandlestickChart, LineChart, SVGRenderer]);
use([GridComponent, MarkLineComponent, MarkPointComponent, TitleComponent]);

function draw(spec: ChartSpec): Uint8Array {
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...SIZE });
  chart.setOption(chartOptions(spec));
  const svg = chart.renderToSVGString();
  chart.dispose();
  // A bare server has no fonts.
  const fontFiles = [createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')];
  const font = { fontFiles, loadSystemFonts: false, defaultFontFamily: FONT };
  return new Resvg(svg, { font, fitTo: { mode: 'zoom', value: ZOOM } }).render().asPng();
}

parentPort?.postMessage(draw(workerData as ChartSpec));
