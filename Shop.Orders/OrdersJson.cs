using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Shop.Orders.Cart;
using Shop.Orders.Checkout;
using Shop.Orders.Events;
using Shop.Orders.Orders;
using Shop.Orders.Payments;

namespace Shop.Orders;

/// <summary>Everything that Orders reads or writes as JSON.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(PlaceOrderRequest))]
[JsonSerializable(typeof(ReservationRequest))]
[JsonSerializable(typeof(Reservation))]
[JsonSerializable(typeof(ReservationRefusal))]
[JsonSerializable(typeof(ChangeQuantityRequest))]
[JsonSerializable(typeof(OrderResponse))]
[JsonSerializable(typeof(OrderPage))]
[JsonSerializable(typeof(OrderStatusEvent))]
[JsonSerializable(typeof(OrderStatesRequest))]
[JsonSerializable(typeof(OrderStatesAnswer))]
[JsonSerializable(typeof(StartPaymentRequest))]
[JsonSerializable(typeof(PaymentTerms))]
[JsonSerializable(typeof(SetItemRequest))]
[JsonSerializable(typeof(MergeCartsRequest))]
[JsonSerializable(typeof(CartView))]
[JsonSerializable(typeof(CatalogVariants))]
[JsonSerializable(typeof(OrderPlaced))]
[JsonSerializable(typeof(OrderPaid))]
[JsonSerializable(typeof(OrderCancelled))]
[JsonSerializable(typeof(OrderExpired))]
[JsonSerializable(typeof(RefundRequested))]
[JsonSerializable(typeof(PaymentSucceeded))]
[JsonSerializable(typeof(PaymentFailed))]
internal sealed partial class OrdersJson : JsonSerializerContext
{
    /// <summary>For answers that are kept as bytes: letters of every script as they are, as in all other answers.</summary>
    public static OrdersJson Answers { get; } =
        new(new JsonSerializerOptions(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
