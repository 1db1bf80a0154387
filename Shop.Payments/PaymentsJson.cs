using System.Text.Json.Serialization;
using Shop.Payments.Notifications;
using Shop.Payments.Payments;
using Shop.Payments.Provider;
using Shop.Payments.Refunds;
using Shop.Payments.Sandbox;

namespace Shop.Payments;

/// <summary>Everything that this program reads or writes as JSON.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(StartPaymentRequest))]
[JsonSerializable(typeof(PaymentResponse))]
[JsonSerializable(typeof(PaymentSucceeded))]
[JsonSerializable(typeof(PaymentFailed))]
[JsonSerializable(typeof(PaymentRefunded))]
[JsonSerializable(typeof(RefundRequested))]
[JsonSerializable(typeof(ProviderEvent))]
[JsonSerializable(typeof(FrozenOrder))]
[JsonSerializable(typeof(FreezeOrder))]
[JsonSerializable(typeof(ChargeRequest))]
[JsonSerializable(typeof(ChargeResponse))]
[JsonSerializable(typeof(RefundRequest))]
[JsonSerializable(typeof(SandboxDials))]
internal sealed partial class PaymentsJson : JsonSerializerContext;
