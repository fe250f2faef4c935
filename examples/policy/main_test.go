package main

func Example() {
	main()
	// Output:
	// {
	//   "format": 1,
	//   "name": "hardware",
	//   "start": "awaiting_request",
	//   "completion_delay": "3h0m0s",
	//   "supervision_period": "8760h0m0s",
	//   "reminder_interval": "24h0m0s",
	//   "at_scheduled_end": "stay",
	//   "negotiated_refund": false,
	//   "auto_accept": "240h0m0s",
	//   "auto_accept_from": "delivery",
	//   "appeal": {
	//     "silence": "168h0m0s",
	//     "rejections": 3,
	//     "blackout": "360h0m0s",
	//     "handling": "72h0m0s",
	//     "proof": false,
	//     "buyer": [
	//       "seller_silent",
	//       "request_rejected",
	//       "product_rejected"
	//     ],
	//     "seller": [
	//       "buyer_silent"
	//     ]
	//   }
	// }
	// supervision: invalid policy: completion_delay: give a duration from 1µs to 876000h0m0s; appeal.rejections: give 1 to 1000
	// the order keeps: hardware
}
