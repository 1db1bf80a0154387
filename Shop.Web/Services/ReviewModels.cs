namespace Shop.Web.Services;

public sealed record Review(
    long Id, int Stars, string Title, string Body, string? Author, bool Verified, int Helpful, DateTimeOffset CreatedAt, bool Mine);

/// <summary>Number of reviews by stars, 1 first.</summary>
public sealed record ReviewSummary(decimal Average, int Count, IReadOnlyList<int> Histogram);

public sealed record ReviewPage(ReviewSummary Summary, IReadOnlyList<Review> Items, string? Next)
{
    public static readonly ReviewPage Empty = new(new(0, 0, [0, 0, 0, 0, 0]), [], null);
}

/// <summary>The customer's own one; hidden when a moderator took it off the page.</summary>
public sealed record OwnReview(int Stars, string Title, string Body, string? Author, string State, string? Reason);

public sealed record WriteReview(int Stars, string Title, string? Body, string? Author);
