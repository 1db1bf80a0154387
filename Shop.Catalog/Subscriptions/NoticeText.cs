using Shop.Catalog.Products;

namespace Shop.Catalog.Subscriptions;

/// <summary>What a customer reads who waited for a variant.</summary>
public static class NoticeText
{
    /// <param name="id">Of the mail.</param>
    /// <param name="name">Of the variant, in the customer's language.</param>
    /// <param name="shop">Address of the storefront.</param>
    public static Mail.Mail Write(Guid id, BackInStockNotice notice, string name, Uri shop)
    {
        var page = new Uri(shop, FormattableString.Invariant($"/products/{notice.ProductId}"));
        return notice.Language == Language.Chinese
            ? new Mail.Mail(id, notice.Email, $"到货通知：{name}", $"您好！\n\n您关注的商品“{name}”已重新到货：\n{page}\n\n库存有限，我们不为您保留。此通知只发送一次。\n")
            : new Mail.Mail(
                id, notice.Email, $"Back in stock: {name}",
                $"Hello,\n\n{name}, which you asked for, is back in stock:\n{page}\n\nNothing is held for you. This notice comes once.\n");
    }
}
