using Shop.Catalog.Search;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Reviews;

/// <summary>What may be written in a review.</summary>
public static class ReviewRules
{
    public const int MaxTitleLength = 120;
    public const int MaxBodyLength = 4000;
    public const int MaxAuthorLength = 40;
    public const int MaxReasonLength = 500;

    /// <exception cref="ProblemException">400 naming every field that breaks a rule.</exception>
    public static ReviewContent Check(ReviewInput input)
    {
        var check = new Validator()
            .Check(input.Stars is >= 1 and <= 5, "stars", "must be between 1 and 5")
            .Check(!string.IsNullOrWhiteSpace(input.Title), "title", "is required");
        CheckText(check, "title", input.Title, MaxTitleLength);
        CheckText(check, "body", input.Body, MaxBodyLength);
        CheckText(check, "author", input.Author, MaxAuthorLength);
        check.ThrowIfInvalid();
        return new ReviewContent(input.Stars!.Value, input.Title!.Trim(), input.Body?.Trim() ?? "", Clean(input.Author));
    }

    /// <exception cref="ProblemException">400 naming every field that breaks a rule.</exception>
    public static (string State, string? Reason) Check(ModerationInput input)
    {
        var check = new Validator()
            .Check(input.State is "published" or "hidden", "state", "must be published or hidden")
            .Check(input.State != "hidden" || !string.IsNullOrWhiteSpace(input.Reason), "reason", "is required for hiding");
        CheckText(check, "reason", input.Reason, MaxReasonLength);
        check.ThrowIfInvalid();
        return (input.State!, Clean(input.Reason));
    }

    private static void CheckText(Validator check, string field, string? text, int maxLength) => check
        .Check(text is null || text.Length <= maxLength, field, $"must be at most {maxLength} characters")
        .Check(text is null || !text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')), field, "must not hold control characters")
        .Check(text is null || !text.EnumerateRunes().Any(SearchTerms.IsNoncharacter), field, "must not hold code points that are no characters");

    private static string? Clean(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
