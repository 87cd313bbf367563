import type { OrderRow } from '../parts.ts';

/** The order stream's fields; it knows neither `uniqueorderid` nor `exchangeorderid`. Absent ones are empty. */
const EMPTY_ORDER: OrderRow = {
  variety: '',
  ordertype: '',
  ordertag: '',
  producttype: '',
  price: 0,
  triggerprice: 0,
  quantity: '',
  disclosedquantity: '',
  duration: '',
  squareoff: 0,
  stoploss: 0,
  trailingstoploss: 0,
  tradingsymbol: '',
  transactiontype: '',
  exchange: '',
  symboltoken: '',
  instrumenttype: '',
  strikeprice: 0,
  optiontype: '',
  expirydate: '',
  lotsize: '',
  cancelsize: '',
  averageprice: 0,
  filledshares: '',
  unfilledshares: '',
  orderid: '',
  text: '',
  status: '',
  orderstatus: '',
  updatetime: '',
  exchtime: '',
  exchorderupdatetime: '',
  fillid: '',
  filltime: '',
  parentorderid: '',
};

export function orderFrame(clientCode: string, code: string, row: OrderRow): Buffer {
  const orderData = Object.fromEntries(
    Object.entries(EMPTY_ORDER).map(([field, empty]) => [field, row[field] ?? empty]),
  );
  return Buffer.from(
    JSON.stringify({
      'user-id': clientCode,
      'status-code': '200',
      'order-status': code,
      'error-message': '',
      orderData,
    }),
  );
}
