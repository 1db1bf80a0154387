namespace Shop.Catalog.Reviews;

/// <summary>What a customer writes.</summary>
/// <param name="Stars">1 to 5.</param>
/// <param name="Author">The name to be shown; absent for none.</param>
public sealed record ReviewInput(int? Stars, string? Title, string? Body = null, string? Author = null);

/// <param name="Verified">Whoever wrote it bought the product here.</param>
/// <param name="Helpful">Customers who found it helpful.</param>
/// <param name="Mine">Written by the one who asks.</param>
public sealed record ReviewItem(
    long Id, int Stars, string Title, string Body, string? Author, bool Verified, int Helpful, DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt, bool Mine);

/// <param name="Average">1 to 5 with one decimal; 0 without reviews.</param>
/// <param name="Histogram">Number of reviews with 1, 2, 3, 4 and 5 stars.</param>
public sealed record ReviewSummary(decimal Average, int Count, IReadOnlyList<int> Histogram);

/// <param name="Next">Value of <c>after</c> for the next page; null on the last one.</param>
public sealed record ReviewPage(ReviewSummary Summary, IReadOnlyList<ReviewItem> Items, string? Next);

/// <summary>The own review, also when it is hidden.</summary>
/// <param name="State">published or hidden.</param>
/// <param name="Reason">Why it was hidden.</param>
public sealed record OwnReview(
    long Id, int Stars, string Title, string Body, string? Author, bool Verified, string State, string? Reason);

/// <summary>A review as a moderator sees it.</summary>
public sealed record ModeratedReview(
    long Id, long ProductId, Guid CustomerId, int Stars, string Title, string Body, string? Author, bool Verified, string State,
    int Reports, DateTimeOffset CreatedAt, Guid? ModeratedBy, DateTimeOffset? ModeratedAt, string? Reason);

public sealed record ModeratedPage(IReadOnlyList<ModeratedReview> Items, string? Next);

/// <param name="State">published or hidden.</param>
/// <param name="Reason">Told to the author of a hidden review; required for hiding.</param>
public sealed record ModerationInput(string? State, string? Reason = null);
