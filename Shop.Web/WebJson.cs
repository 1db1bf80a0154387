using System.Text.Json;
using System.Text.Json.Serialization;
using Shop.Web.Accounts;
using Shop.Web.Carts;
using Shop.Web.Services;

namespace Shop.Web;

/// <summary>Everything that Web reads or writes as JSON.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Credentials))]
[JsonSerializable(typeof(RefreshRequest))]
[JsonSerializable(typeof(TokenResponse))]
[JsonSerializable(typeof(AccountResponse))]
[JsonSerializable(typeof(DiscoveryDocument))]
[JsonSerializable(typeof(KeySet))]
[JsonSerializable(typeof(MergeCartsRequest))]
[JsonSerializable(typeof(Product))]
[JsonSerializable(typeof(ProductPage))]
[JsonSerializable(typeof(ReviewPage))]
[JsonSerializable(typeof(OwnReview))]
[JsonSerializable(typeof(WriteReview))]
[JsonSerializable(typeof(Subscribe))]
[JsonSerializable(typeof(CategoryList))]
[JsonSerializable(typeof(CouponQuote))]
[JsonSerializable(typeof(Facets))]
[JsonSerializable(typeof(Cart))]
[JsonSerializable(typeof(SetQuantity))]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(OrderPage))]
[JsonSerializable(typeof(PlaceOrder))]
[JsonSerializable(typeof(StartPayment))]
[JsonSerializable(typeof(Payment))]
[JsonSerializable(typeof(ProblemAnswer))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class WebJson : JsonSerializerContext;
