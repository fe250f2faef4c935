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
	//   "auto_accept": "240h0m0s",
	//   "appeal": {
	//     "silence": "168h0m0s",
	//     "rejections": 3,
	//     "blackout": "360h0m0s",
	//     "handling": "72h0m0s",
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
	// invalid policy: completion_delay is -1h0m0s: use at least 1µs
	// invalid policy: rejections is 0: use at least 1
	// the order keeps: hardware
}
