/** What a chart looks like, as ECharts wants it. Entry point: `chartOptions`. Green is up, red is down. */
import type { EChartsCoreOption } from 'echarts/core';
import { assertNever } from '../core/errors.ts';
import { formatRupees } from '../core/money.ts';
import { dayOf, type EpochMs, formatClock, formatDay } from '../core/time.ts';
import type { CandleChart, ChartLevel, ChartMark, ChartSpec, ChartTheme, EquityChart } from '../ports/chart.ts';

interface Palette {
  readonly ground: string;
  readonly text: string;
  readonly grid: string;
  readonly up: string;
  readonly down: string;
  readonly mark: string;
}

const PALETTES: Readonly<Record<ChartTheme, Palette>> = {
  light: { ground: '#ffffff', text: '#333333', grid: '#e6e6e6', up: '#1b9e77', down: '#d9403a', mark: '#3667c9' },
  dark: { ground: '#15181d', text: '#d6d9de', grid: '#2b3038', up: '#2bbf8f', down: '#f0645d', mark: '#7aa5ff' },
};
export const FONT = 'DejaVu Sans';
const MARK_SIZE = 14;
/** ECharts turns a triangle around for us; a signal is a dot. */
const SHAPES: Readonly<Record<ChartMark['kind'], { symbol: string; rotate: number }>> = {
  buy: { symbol: 'triangle', rotate: 0 },
  sell: { symbol: 'triangle', rotate: 180 },
  signal: { symbol: 'circle', rotate: 0 },
};

export function chartOptions(spec: ChartSpec): EChartsCoreOption {
  switch (spec.kind) {
    case 'candles':
      return candleOptions(spec);
    case 'equity':
      return equityOptions(spec);
    default:
      return assertNever(spec, 'chart');
  }
}

function candleOptions({ title, theme, candles, marks, levels }: CandleChart): EChartsCoreOption {
  const palette = PALETTES[theme];
  const labels = candles.map(({ openTime }) => timeLabel(openTime, candles));
  return {
    ...frame(title, palette),
    grid: [
      { left: 76, right: 76, top: 64, height: '60%' },
      { left: 76, right: 76, top: '80%', height: '12%' },
    ],
    xAxis: [0, 1].map((gridIndex) => ({
      ...{ type: 'category', gridIndex, data: labels, axisLine: { lineStyle: { color: palette.grid } } },
      axisLabel: { show: gridIndex === 1, color: palette.text },
      axisTick: { show: false },
    })),
    yAxis: [
      { ...valueAxis(palette), scale: true, position: 'right' },
      { ...valueAxis(palette), gridIndex: 1, splitNumber: 1, axisLabel: { show: false }, splitLine: { show: false } },
    ],
    series: [
      {
        type: 'candlestick',
        data: candles.map(({ open, close, low, high }) => [open, close, low, high]),
        itemStyle: { color: palette.up, color0: palette.down, borderColor: palette.up, borderColor0: palette.down },
        markPoint: { data: marks.flatMap((mark) => pointOf(mark, candles, palette)), label: { show: false } },
        markLine: {
          ...{ symbol: 'none', animation: false },
          data: levels.map((level) => lineOf(level, palette)),
        },
      },
      {
        ...{ type: 'bar', xAxisIndex: 1, yAxisIndex: 1 },
        data: candles.map(({ volume, open, close }) => ({
          value: volume,
          itemStyle: { color: close >= open ? palette.up : palette.down, opacity: 0.6 },
        })),
      },
    ],
  };
}

function equityOptions({ title, theme, trades }: EquityChart): EChartsCoreOption {
  const palette = PALETTES[theme];
  let [sum, peak] = [0, 0];
  const points = trades.map(({ exitTime, netPaise }) => {
    sum += netPaise;
    peak = Math.max(peak, sum);
    return { exitTime, net: sum / 100, below: (sum - peak) / 100 };
  });
  const first = trades[0]?.exitTime;
  const last = trades.at(-1)?.exitTime;
  const isOneDay = first !== undefined && last !== undefined && dayOf(first) === dayOf(last);
  const label = (time: EpochMs): string => (isOneDay ? formatClock(time).slice(0, 5) : formatDay(dayOf(time)).slice(5));
  const labels = ['', ...points.map(({ exitTime }) => label(exitTime))];
  return {
    ...frame(title, palette),
    grid: { left: 24, right: 96, top: 48, bottom: 40 },
    xAxis: {
      ...{ type: 'category', data: labels, boundaryGap: false, axisTick: { show: false } },
      ...{ axisLabel: { color: palette.text }, axisLine: { lineStyle: { color: palette.grid } } },
    },
    yAxis: { ...valueAxis(palette), position: 'right' },
    series: [
      {
        ...{ type: 'line', step: 'end', symbol: 'none', data: [0, ...points.map(({ net }) => net)] },
        lineStyle: { color: sum >= 0 ? palette.up : palette.down, width: 2 },
      },
      {
        ...{ type: 'line', step: 'end', symbol: 'none', data: [0, ...points.map(({ below }) => below)] },
        ...{ lineStyle: { color: palette.down, width: 1 }, areaStyle: { color: palette.down, opacity: 0.25 } },
      },
    ],
  };
}

function frame(title: string, { ground, text }: Palette): EChartsCoreOption {
  return {
    ...{ animation: false, backgroundColor: ground, textStyle: { fontFamily: FONT, color: text } },
    title: { text: title, left: 24, top: 12, textStyle: { color: text, fontSize: 16, fontFamily: FONT } },
  };
}

function valueAxis({ text, grid }: Palette): Readonly<Record<string, unknown>> {
  return {
    type: 'value',
    axisLabel: { color: text, formatter: (rupees: number) => formatRupees(rupees * 100) },
    splitLine: { lineStyle: { color: grid } },
  };
}

/** On the candle in which it happened; nothing for what lies outside. */
function pointOf({ time, price, kind }: ChartMark, candles: CandleChart['candles'], palette: Palette): object[] {
  const index = candles.findLastIndex(({ openTime }) => openTime <= time);
  if (index === -1) return [];
  const { symbol, rotate } = SHAPES[kind];
  const color = kind === 'signal' ? palette.mark : kind === 'buy' ? palette.up : palette.down;
  const symbolSize = kind === 'signal' ? MARK_SIZE / 2 : MARK_SIZE;
  return [
    {
      ...{ coord: [index, price], symbol, symbolRotate: rotate, symbolSize },
      itemStyle: { color, borderColor: palette.ground, borderWidth: 1 },
    },
  ];
}

function lineOf({ price, name }: ChartLevel, palette: Palette): object {
  const color = name === 'stop' ? palette.down : name === 'target' ? palette.up : palette.mark;
  return {
    yAxis: price,
    lineStyle: { color, type: 'dashed', width: 1.5 },
    label: { color, position: 'insideStartTop', formatter: `${name} ${formatRupees(price * 100)}` },
  };
}

/** The time of day; the date where days change. */
function timeLabel(time: EpochMs, candles: CandleChart['candles']): string {
  const first = candles[0]?.openTime ?? time;
  const last = candles.at(-1)?.openTime ?? time;
  if (dayOf(first) === dayOf(last)) return formatClock(time).slice(0, 5);
  return `${formatDay(dayOf(time)).slice(5)} ${formatClock(time).slice(0, 5)}`;
}
