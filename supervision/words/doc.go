// Package words says in English and in Chinese what the library says in codes:
// statuses, operations, reasons, grounds, outcomes, deadlines, faults and
// findings. It is linked only where it is imported.
//
//	zh := words.Chinese()
//	zh.Status(order.Status)        // 待提交需求
//	zh.Why(decision)               // 该操作只能由商家执行。
//	zh.Fault(fault)                // 请缩短到最多4000个字符。
//
// A [Language] is data: one text for each code, whole sentences with named
// parameters instead of sentences glued together. Another language is another
// value; [Language.Check] names what it lacks.
//
// A parameter stands in braces: "{max}". Where the text depends on the number,
// the forms follow it: "{max|character|characters}". What stands in brackets is
// left out where one of its parameters has no value: "[ at most {max}]".
package words
