using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Shop.Catalog.Administration;
using Shop.Catalog.Exchange;
using Shop.Catalog.Inventory;
using Shop.Catalog.Pictures;
using Shop.Catalog.Products;
using Shop.Catalog.Promotions;
using Shop.Catalog.Reviews;
using Shop.Catalog.Search;
using Shop.Catalog.StockEvents;
using Shop.Catalog.Subscriptions;

namespace Shop.Catalog;

/// <summary>Everything that this service reads and writes as JSON.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ProductPage))]
[JsonSerializable(typeof(ProductDetail))]
[JsonSerializable(typeof(CartVariants))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(CategoryItems))]
[JsonSerializable(typeof(ListedBrands))]
[JsonSerializable(typeof(ProductFacets))]
[JsonSerializable(typeof(SuggestionItems))]
[JsonSerializable(typeof(ProductInput))]
[JsonSerializable(typeof(ProductForEditing))]
[JsonSerializable(typeof(VariantInput))]
[JsonSerializable(typeof(NewVariantInput))]
[JsonSerializable(typeof(ImportReport))]
[JsonSerializable(typeof(List<ImportError>))]
[JsonSerializable(typeof(ImportItem))]
[JsonSerializable(typeof(ImportPage))]
[JsonSerializable(typeof(ImportRequested))]
[JsonSerializable(typeof(PictureForEditing))]
[JsonSerializable(typeof(PictureForEditingList))]
[JsonSerializable(typeof(PictureArrangement))]
[JsonSerializable(typeof(BrandInput))]
[JsonSerializable(typeof(BrandItem))]
[JsonSerializable(typeof(CategoryInput))]
[JsonSerializable(typeof(CategoryForEditing))]
[JsonSerializable(typeof(AuditPage))]
[JsonSerializable(typeof(PricePage))]
[JsonSerializable(typeof(ProductChanged))]
[JsonSerializable(typeof(PriceChanged))]
[JsonSerializable(typeof(GoodsInput))]
[JsonSerializable(typeof(StockLevel))]
[JsonSerializable(typeof(ReviewInput))]
[JsonSerializable(typeof(ReviewPage))]
[JsonSerializable(typeof(OwnReview))]
[JsonSerializable(typeof(ModeratedPage))]
[JsonSerializable(typeof(ModerationInput))]
[JsonSerializable(typeof(PromotionInput))]
[JsonSerializable(typeof(PromotionItem))]
[JsonSerializable(typeof(PromotionPage))]
[JsonSerializable(typeof(CouponQuote))]
[JsonSerializable(typeof(ReservationRequest))]
[JsonSerializable(typeof(ReservationAnswer))]
[JsonSerializable(typeof(ReservationBatch))]
[JsonSerializable(typeof(ReservationBatchAnswer))]
[JsonSerializable(typeof(ReserveStock))]
[JsonSerializable(typeof(StockReserved))]
[JsonSerializable(typeof(StockRefused))]
[JsonSerializable(typeof(StockConfirmed))]
[JsonSerializable(typeof(ConfirmationRefused))]
[JsonSerializable(typeof(ReturnStock))]
[JsonSerializable(typeof(StockReturned))]
[JsonSerializable(typeof(ReturnRefused))]
[JsonSerializable(typeof(ConfirmRequest))]
[JsonSerializable(typeof(ConfirmAnswer))]
[JsonSerializable(typeof(CountRequest))]
[JsonSerializable(typeof(DamageRequest))]
[JsonSerializable(typeof(StockCount))]
[JsonSerializable(typeof(StockAudit))]
[JsonSerializable(typeof(ReturnRequest))]
[JsonSerializable(typeof(ReturnAnswer))]
[JsonSerializable(typeof(StockHistory))]
[JsonSerializable(typeof(OrderStatesRequest))]
[JsonSerializable(typeof(OrderStatesAnswer))]
[JsonSerializable(typeof(StockChanged))]
[JsonSerializable(typeof(LowStock))]
[JsonSerializable(typeof(BackInStock))]
[JsonSerializable(typeof(LowStockInput))]
[JsonSerializable(typeof(LowStockSetting))]
[JsonSerializable(typeof(SubscriptionInput))]
[JsonSerializable(typeof(SubscriptionList))]
[JsonSerializable(typeof(BackInStockNotice))]
[JsonSerializable(typeof(OrderPaid))]
[JsonSerializable(typeof(OrderCancelled))]
[JsonSerializable(typeof(OrderExpired))]
public sealed partial class CatalogJson : JsonSerializerContext
{
    /// <summary>For answers that are kept as bytes: JSON by content type, so Chinese needs no escapes, which would triple its size.</summary>
    public static CatalogJson Plain { get; } = new(
        new JsonSerializerOptions(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
