import type { ClientOrderId } from '../../core/ids.ts';

/** Our ids travel as tags of orders: 16 characters of base 36, one of them a letter. What else is tagged is somebody else's. */
const OUR_TAG = /^(?=.*[a-z])[a-z0-9]{16}$/;

export function isOurTag(tag: string): tag is ClientOrderId {
  return OUR_TAG.test(tag);
}
