export { adderReceipt, RECEIPT_CORE, RECEIPT_PARA, RECEIPT_SESSION, receiptFor } from './receipts.ts';
