import java.io.FileInputStream;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Whether PDFs keep PDF/UA-1: each that does not, with the rules it breaks and how often. Ends with 1 if any. */
class PdfUa {
    private static final int MOST_FAILURES = 10_000;

    public static void main(String[] paths) throws Exception {
        Logger.getLogger("").setLevel(Level.SEVERE);
        VeraGreenfieldFoundryProvider.initialise();
        PDFAFlavour flavour = PDFAFlavour.byFlavourId("ua1");
        int broken = 0;
        long checks = 0;
        for (String path : paths) {
            try (PDFAParser parser = Foundries.defaultInstance().createParser(new FileInputStream(path), flavour)) {
                ValidationResult result = Foundries.defaultInstance()
                        .createValidator(flavour, MOST_FAILURES, true, false, false).validate(parser);
                checks += result.getTotalAssertions();
                if (!result.isCompliant()) {
                    broken++;
                    System.out.println(path);
                    failures(result).forEach((rule, times) -> System.out.println("  " + times + " × " + rule));
                }
            }
        }
        System.out.printf("%d PDFs, %,d checks: %d break PDF/UA-1%n", paths.length, checks, broken);
        System.exit(broken > 0 ? 1 : 0);
    }

    private static Map<String, Integer> failures(ValidationResult result) {
        Map<String, Integer> times = new TreeMap<>();
        for (TestAssertion assertion : result.getTestAssertions()) {
            if (assertion.getStatus() == TestAssertion.Status.FAILED) {
                String rule = assertion.getRuleId().getClause() + "-" + assertion.getRuleId().getTestNumber();
                times.merge(rule + " " + assertion.getMessage(), 1, Integer::sum);
            }
        }
        return times;
    }
}
