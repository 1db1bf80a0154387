using System.Globalization;

namespace Shop.Web.Services;

/// <summary>Reviews of products, in Catalog.</summary>
public sealed class ReviewsClient(HttpClient http) : ServiceClient(http, "catalog")
{
    public Task<ReviewPage?> ListAsync(long productId, string? sort, string? after, int limit, CancellationToken cancellationToken)
    {
        var query = string.Create(CultureInfo.InvariantCulture, $"?limit={limit}&sort={(sort == "helpful" ? "helpful" : "newest")}");
        return FindAsync(Path(productId) + query + (after is null ? "" : "&after=" + Uri.EscapeDataString(after)), WebJson.Default.ReviewPage, cancellationToken);
    }

    /// <summary>Null when the customer has written none.</summary>
    public Task<OwnReview?> FindOwnAsync(long productId, CancellationToken cancellationToken) =>
        FindAsync(Path(productId) + "/mine", WebJson.Default.OwnReview, cancellationToken);

    /// <summary>Writes the customer's review of a product, or replaces it.</summary>
    public async Task WriteAsync(long productId, WriteReview review, CancellationToken cancellationToken)
    {
        var exists = await FindOwnAsync(productId, cancellationToken) is not null;
        using var request = new HttpRequestMessage(exists ? HttpMethod.Put : HttpMethod.Post, Path(productId) + (exists ? "/mine" : ""))
        {
            Content = JsonContent.Create(review, WebJson.Default.WriteReview),
        };
        await SendAsync(request, cancellationToken);
    }

    public async Task DeleteAsync(long productId, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, Path(productId) + "/mine");
        await SendAsync(request, cancellationToken);
    }

    /// <param name="opinion">helpful or report.</param>
    public async Task JudgeAsync(long reviewId, string opinion, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, string.Create(CultureInfo.InvariantCulture, $"/api/reviews/{reviewId}/{opinion}"));
        await SendAsync(request, cancellationToken);
    }

    private static string Path(long productId) => string.Create(CultureInfo.InvariantCulture, $"/api/products/{productId}/reviews");
}
